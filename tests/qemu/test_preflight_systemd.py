# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Preflight in a real Debian 12: in the agent's sandbox it sees as much, and it sees systemd."""

import os
from pathlib import Path
from typing import Callable, Iterator

import pytest
from lab import Image, Vm, wait_until
from lab.debian import KERNEL_ARGS, debian_image, root_disk_args
from lab.programs import compiled
from preflight import DISK_MODES, MODES, findings, only_finding, words
from states import process, state

pytestmark = pytest.mark.qemu

SWAP_ON = "mkswap /dev/vda && swapon /dev/vda && echo 254:0 >/sys/power/resume"
BOOT = (*KERNEL_ARGS, "root=/dev/vdb", "resume=/dev/vda", "secretmem.enable=1")
"""The lab puts the swap disk first."""


@pytest.fixture(scope="module")
def root_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the root disk will be; it is large, and gone afterwards."""
    disk = tmp_path_factory.mktemp("debian") / "root.img"
    yield disk
    disk.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def image(root_disk: Path) -> Image:
    """Debian 12 with the build installed as `meson install` does."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    return debian_image(Path(os.environ["HYPNOS_BUILD"]), root_disk, [compiled("hold_secret")])


@pytest.fixture(scope="module")
def vm(shared_vm_factory: Callable[..., Vm], root_disk: Path) -> Vm:
    """One guest for all, with swap where resume looks."""
    disk = root_disk_args(root_disk)
    guest = shared_vm_factory(memory_mb=512, qemu_args=disk, kernel_args=BOOT)
    guest.wait_ready(timeout=300)
    active = "systemctl is-active hypnos-agent.service"
    wait_until(lambda: guest.sh(active, 60).returncode == 0, 60, "udev does not start the agent")
    guest.sh(SWAP_ON, timeout=60).check()
    return guest


def test_nothing_is_found_in_a_healthy_debian(vm: Vm) -> None:
    assert {mode: findings(vm, mode) for mode in MODES} == {mode: [] for mode in MODES}


def test_the_sandbox_does_not_hide_who_holds_dev_snapshot(vm: Vm) -> None:
    with process(vm, "sh -c 'exec 3</dev/snapshot; exec sleep 1000'") as pid:
        wait_until(lambda: vm.sh(f"test -e /proc/{pid}/fd/3").returncode == 0)
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "block pm.busy").subject
            assert subject == f"/dev/snapshot: open in sleep (pid {pid})"


def test_the_sandbox_does_not_hide_who_holds_secret_memory(vm: Vm) -> None:
    with process(vm, "hold_secret") as pid:
        wait_until(lambda: "disabled" in vm.sh("cat /sys/power/disk").check())
        for mode in DISK_MODES:
            assert f"/proc/{pid}" in only_finding(vm, mode, "block pm.disabled").subject


def test_a_masked_target_is_told_of(vm: Vm) -> None:
    """No more than that, as the kernel is asked and not systemd."""
    with state(vm, "systemctl mask hibernate.target", "systemctl unmask hibernate.target"):
        subject = only_finding(vm, "disk", "warn unit.masked").subject
        assert subject == "/etc/systemd/system/hibernate.target: masked"
        assert words(vm, "ram") == []
    with state(vm, "systemctl mask sleep.target", "systemctl unmask sleep.target"):
        for mode in MODES:
            only_finding(vm, mode, "warn unit.masked")


def test_who_inhibits_sleep_is_named(vm: Vm) -> None:
    inhibitor = "systemd-inhibit --what=sleep --mode=block --who=backup --why=running sleep 1000"
    with process(vm, inhibitor):
        wait_until(lambda: "backup" in vm.sh("systemd-inhibit --list --no-pager", 60).stdout)
        for mode in MODES:
            subject = only_finding(vm, mode, "block inhibit.block").subject
            assert "backup" in subject and "running" in subject
            assert words(vm, mode, force=True) == ["warn inhibit.block"]
