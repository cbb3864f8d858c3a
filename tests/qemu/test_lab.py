# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lab itself works: proved with QEMU's own agent, in one boot.

What fails here is the lab or the machine it runs on, not the product.
"""

from pathlib import Path
from typing import Callable

import pytest
from lab import AGENT_PORT, Image, Vm, agent_image

pytestmark = pytest.mark.qemu

QEMU_GA = Path("/usr/sbin/qemu-ga")
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


@pytest.fixture(scope="module")
def image() -> Image:
    """Guests with Debian's qemu-ga instead of the agent under test."""
    if not QEMU_GA.exists():
        pytest.skip("qemu-ga is not installed")
    return agent_image(QEMU_GA, ["--path", f"/dev/virtio-ports/{AGENT_PORT}"])


def test_guest_boots_sleeps_and_resumes(vm_factory: Callable[..., Vm]) -> None:
    vm = vm_factory(network=True, balloon=True, data_mb=16).wait_ready()
    boot_id = vm.sh(BOOT_ID).check()

    assert vm.sh("uname -r").check() == vm.spec.image.kernel.version
    assert vm.sh("echo no >&2; exit 3").returncode == 3
    assert vm.sh("ip -o addr show eth0; mount").stdout.count("10.0.2.15") == 1
    assert "/dev/vdb on /data type ext4" in vm.sh("mount").stdout

    _sleep_to_ram_and_wake(vm)
    assert vm.sh(BOOT_ID).check() == boot_id

    _sleep_to_disk(vm)
    vm.respawn().wait_shell()
    assert vm.sh(BOOT_ID).check() == boot_id
    assert "LAB READY" not in vm.serial_text()
    _agent_answers(vm)


def _sleep_to_ram_and_wake(vm: Vm) -> None:
    with vm.connect() as agent:
        agent.sync()
        agent.send("guest-suspend-ram")
        vm.qmp.wait_event("SUSPEND")
        assert vm.qmp.status() == "suspended"
        vm.qmp.wake()
        agent.sync()


def _sleep_to_disk(vm: Vm) -> None:
    with vm.connect() as agent:
        agent.sync()
        agent.send("guest-suspend-disk")
        vm.qmp.wait_event("SUSPEND_DISK", timeout=30)
        assert vm.wait_exit() == 0


def _agent_answers(vm: Vm) -> None:
    with vm.connect() as agent:
        agent.sync()
        assert agent.request("guest-ping", id="ping") == {}
