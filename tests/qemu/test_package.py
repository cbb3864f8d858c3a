# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package hypnos-agent in a Debian 12 that runs: who has the port, from qemu-guest-agent and back."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from lab import POWER_PORT, Image, Vm, wait_until
from lab.debian import KERNEL_ARGS, debian_image, root_disk_args
from lab.kernel import download
from packaged import agent_package

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(os.environ.get("HYPNOS_DEEP") != "1", reason="deep tests only"),
]

QEMUS = ("qemu-guest-agent", "libnuma1", "liburing2")


@pytest.fixture
def image(guest_directory: Path) -> Image:
    """Debian 12 with qemu-guest-agent, and both packages in /debs."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    package = agent_package()

    def add(root: Path) -> None:
        (root / "debs").mkdir()
        shutil.copy(package, root / "debs/hypnos-agent.deb")
        for name in QEMUS:
            shutil.copy(download(name), root / f"debs/{name}.deb")
        inside = ["chroot", str(root), "dpkg", "-i", *(f"/debs/{name}.deb" for name in QEMUS)]
        subprocess.run(inside, check=True, capture_output=True)

    return debian_image(None, guest_directory / "root.img", add=add)


def apt(vm: Vm, *words: str) -> None:
    """Without questions and network."""
    command = "DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends " + " ".join(words)
    vm.sh(command, timeout=180).check()


def answers(vm: Vm, version: str) -> bool:
    """Whether the agent of this version has QEMU's port."""
    with vm.connect() as port:
        port.sync()
        told: str = port.request("guest-info")["version"]
        return told.startswith(version)


def is_active(vm: Vm, unit: str) -> bool:
    """As systemd has it."""
    return vm.sh(f"systemctl is-active {unit}", timeout=60).stdout.strip() == "active"


def wait_for(vm: Vm, unit: str) -> None:
    """Until systemd has started it."""
    wait_until(lambda: is_active(vm, unit), 60, f"{unit} is not started")


def test_the_port_changes_hands(vm_factory: Callable[..., Vm], guest_directory: Path) -> None:
    disk = root_disk_args(guest_directory / "root.img")
    vm = vm_factory(memory_mb=512, swap_mb=0, qemu_args=disk, kernel_args=KERNEL_ARGS)
    vm.wait_ready(timeout=400)
    wait_for(vm, "qemu-guest-agent")
    assert answers(vm, "7.")

    apt(vm, "install", "/debs/hypnos-agent.deb")
    wait_for(vm, "hypnos-agent")
    assert answers(vm, "0.1.0") and not is_active(vm, "qemu-guest-agent")
    with vm.connect(POWER_PORT) as power:
        power.sync()
    delay = "busctl get-property org.freedesktop.login1 /org/freedesktop/login1"
    told = vm.sh(f"{delay} org.freedesktop.login1.Manager InhibitDelayMaxUSec").check()
    assert told.split() == ["t", "30000000"]

    first = vm.sh("systemctl show -P MainPID hypnos-agent").check()
    apt(vm, "install", "--reinstall", "/debs/hypnos-agent.deb")
    wait_for(vm, "hypnos-agent")
    assert vm.sh("systemctl show -P MainPID hypnos-agent").check() != first
    assert answers(vm, "0.1.0")

    apt(vm, "remove", "hypnos-agent")
    assert not is_active(vm, "hypnos-agent")
    apt(vm, "install", "/debs/hypnos-agent.deb")
    wait_for(vm, "hypnos-agent")
    assert answers(vm, "0.1.0")

    apt(vm, "install", "/debs/qemu-guest-agent.deb")
    vm.sh("systemctl start qemu-guest-agent", timeout=60).check()  # its package leaves that to the boot
    wait_for(vm, "qemu-guest-agent")
    assert answers(vm, "7.") and not is_active(vm, "hypnos-agent")
