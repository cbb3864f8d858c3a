# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real Debian 12: udev starts the agent, its sandbox lets it sleep, its ports end it."""

import os
from pathlib import Path
from typing import Callable

import pytest
from lab import AGENT_PORT, POWER_PORT, Image, Vm, wait_until
from lab.debian import KERNEL_ARGS, debian_image, root_disk_args

pytestmark = pytest.mark.qemu

UNIT = "hypnos-agent.service"


@pytest.fixture
def image(guest_directory: Path) -> Image:
    """Debian 12 with the build installed as `meson install` does."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    return debian_image(Path(os.environ["HYPNOS_BUILD"]), guest_directory / "root.img")


def state_of(vm: Vm) -> str:
    """What systemd says of the agent."""
    return vm.sh(f"systemctl is-active {UNIT}").stdout.strip()


def sleep_and_wake(vm: Vm) -> None:
    """A sleep in RAM that QEMU has seen, and the event of its end."""
    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.request("hypnos-suspend", {"mode": "ram"}, id="sleep")
        vm.qmp.wait_event("SUSPEND")
        vm.qmp.wake()
        assert power.wait_event("HYPNOS_RESUMED")["data"]["outcome"] == "slept"


def test_the_unit_from_plug_to_unplug(
    vm_factory: Callable[..., Vm], guest_directory: Path
) -> None:
    disk = root_disk_args(guest_directory / "root.img")
    vm = vm_factory(memory_mb=512, swap_mb=0, qemu_args=disk, kernel_args=KERNEL_ARGS)
    vm.wait_ready(timeout=180)
    wait_until(lambda: state_of(vm) == "active", 30, "udev does not start the agent")
    status = vm.sh(f"systemctl show -P StatusText {UNIT}").check()
    assert AGENT_PORT in status and POWER_PORT in status
    sleep_and_wake(vm)

    vm.qmp.execute("device_del", id="port1")
    vm.qmp.wait_event("DEVICE_DELETED")
    with vm.connect(POWER_PORT) as power:
        power.sync()
    assert state_of(vm) == "active"
    vm.qmp.execute("device_del", id="port2")
    wait_until(lambda: state_of(vm) == "inactive", 30, "the unit outlives its ports")
    assert vm.sh(f"systemctl is-failed {UNIT}").stdout.strip() == "inactive"
