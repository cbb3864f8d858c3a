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


NETWORK = """[Match]
Name=eth0
[Network]
DHCP=ipv4
"""
HOUR_MS = 3600 * 1000


def test_the_sandbox_allows_what_is_due_after_a_wake(
    vm_factory: Callable[..., Vm], guest_directory: Path
) -> None:
    """Set the clock, reseed, have a lease renewed; by a hybrid sleep, which needs no resume."""
    choices = {"memory_mb": 512, "network": True, "kernel_args": ("root=/dev/vdb", *KERNEL_ARGS[1:])}
    disk = root_disk_args(guest_directory / "root.img")
    vm = vm_factory(qemu_args=(*disk, "-device", "virtio-rng-pci"), **choices)
    vm.wait_ready(timeout=180)
    wait_until(lambda: state_of(vm) == "active", 30, "udev does not start the agent")
    vm.sh("mkswap /dev/vda && swapon /dev/vda", timeout=30).check()
    vm.sh("cat /sys/block/vda/dev >/sys/power/resume")  # no image there, but images go there now
    vm.sh(f"cat >/etc/systemd/network/eth0.network <<'END'\n{NETWORK}END").check()
    vm.sh("systemctl set-environment SYSTEMD_LOG_LEVEL=debug", timeout=30).check()
    vm.sh("systemctl start systemd-networkd", timeout=60).check()
    address = "networkctl status eth0 | grep -q 'Address: 10.0.2.15'"
    wait_until(lambda: vm.sh(address, 30).returncode == 0, 60, "no lease")
    vm.sh("date -s '+1 hour'").check()

    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.request("hypnos-suspend", {"mode": "hybrid"}, id="sleep")
        vm.qmp.wait_event("SUSPEND", timeout=120)
        vm.qmp.wake()
        data = power.wait_event("HYPNOS_RESUMED", timeout=60)["data"]
    assert "refresh-problems" not in data
    assert data["clock-step-ms"] == pytest.approx(-HOUR_MS, abs=3000)
    assert data["reseeded"] is True
    assert data["links"] == ["eth0"]
    vm.sh("journalctl -u systemd-networkd | grep member=RenewLink", timeout=30).check()
