# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Preflight in a guest whose processes and devices come into the way of a sleep, one by one.

All tests use one guest and leave it as they found it.
"""

import re
from typing import Callable

import pytest
from lab import Image, Vm, wait_until
from preflight import DISK_MODES, MODES, only_finding, words
from states import (
    image_with_programs,
    in_state_d,
    kernel_refusal,
    process,
    sleeps_in_ram,
    state,
    stuck_fuse,
)

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

SHORT_PATIENCE = "echo 1000 >/sys/power/pm_freeze_timeout"
SNAPSHOT_HOLDER = "sh -c 'exec 3</dev/snapshot; exec sleep 1000'"


@pytest.fixture(scope="module")
def image() -> Image:
    """The agent, and programs that bring a guest into states no shell can."""
    return image_with_programs()


@pytest.fixture(scope="module")
def guest(shared_vm_factory: MakeVm) -> Vm:
    """One that is patient for a second with tasks that do not freeze."""
    vm = shared_vm_factory(cpus=2, data_mb=64, balloon=True, kernel_args=("secretmem.enable=1",))
    vm.wait_ready().sh(SHORT_PATIENCE).check()
    return vm


@pytest.fixture
def vm(guest: Vm) -> Vm:
    """The guest, which must be healthy before and after."""
    assert {mode: words(guest, mode) for mode in MODES} == {mode: [] for mode in MODES}
    return guest


@pytest.mark.parametrize("command", ["hold_secret", "hold_secret mapped"])
def test_the_holder_of_secret_memory_is_named(vm: Vm, command: str) -> None:
    with process(vm, command) as pid:
        wait_until(lambda: "disabled" in vm.sh("cat /sys/power/disk").check())
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "block pm.disabled").subject
            assert f"/proc/{pid}" in subject and "hold_secret" in subject
            assert subject.count("pid") == 1, "others were named too"
        assert kernel_refusal(vm, "disk") == "Operation not permitted"
        assert words(vm, "ram") == []
        sleeps_in_ram(vm)


def test_the_holder_of_dev_snapshot_is_named(vm: Vm) -> None:
    with process(vm, SNAPSHOT_HOLDER) as pid:
        wait_until(lambda: f"{pid}/fd" in vm.sh(f"ls -d /proc/{pid}/fd/3").stdout)
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "block pm.busy").subject
            assert subject == f"/dev/snapshot: open in sleep (pid {pid})"
        assert kernel_refusal(vm, "disk") == "Device or resource busy"
        assert words(vm, "ram") == []
        sleeps_in_ram(vm)


def test_a_writer_on_a_frozen_file_system_is_named(vm: Vm) -> None:
    with state(vm, "fsfreeze --freeze /data", "fsfreeze --unfreeze /data"):
        assert words(vm, "ram") == []
        sleeps_in_ram(vm)
        pid = int(vm.sh("touch /data/stuck & echo $!").check())
        in_state_d(vm, pid)
        for mode in MODES:
            subject = only_finding(vm, mode, "block fs.frozen").subject
            assert f"/proc/{pid}" in subject and "touch" in subject
        assert kernel_refusal(vm, "mem") == "Device or resource busy"
    sleeps_in_ram(vm)


def throttle(vm: Vm, bytes_per_second: int) -> None:
    """Make the data disk so slow that whoever reads it waits; 0: as fast as it can."""
    limits = dict.fromkeys(("bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"), 0)
    vm.qmp.execute("block_set_io_throttle", device="data", bps=bytes_per_second, **limits)


def test_a_task_that_waits_for_a_dead_disk_is_named(vm: Vm) -> None:
    throttle(vm, 1)
    try:
        pid = int(vm.sh("dd if=/dev/vdb of=/dev/null bs=1M skip=40 count=4 & echo $!").check())
        in_state_d(vm, pid)
        for mode in MODES:
            subject = only_finding(vm, mode, "warn task.dstate").subject
            assert f"/proc/{pid}" in subject and "dd" in subject
        assert kernel_refusal(vm, "mem") == "Device or resource busy"
    finally:
        throttle(vm, 0)
    wait_until(lambda: vm.sh(f"grep -q ') D' /proc/{pid}/stat").returncode != 0)


def test_who_waits_for_a_fuse_daemon_is_named(vm: Vm) -> None:
    with stuck_fuse(vm) as pid:
        for mode in MODES:
            subject = only_finding(vm, mode, "warn task.dstate").subject
            assert subject == f"/proc/{pid}: ls in state S in request_wait_answer"
        assert kernel_refusal(vm, "mem") == "Device or resource busy"
        assert "ls in state D" in only_finding(vm, "ram", "warn task.dstate").subject
    sleeps_in_ram(vm)


def test_who_waits_for_its_vfork_child_can_be_frozen(vm: Vm) -> None:
    """In state D, as a shell may be for long, and yet in nobody's way."""
    with process(vm, "wait_for_vfork") as pid:
        in_state_d(vm, pid)
        assert words(vm, "ram") == []
        sleeps_in_ram(vm)
        vm.sh("killall -9 wait_for_vfork")


def test_a_cpu_that_is_offline(vm: Vm) -> None:
    cpu = "/sys/devices/system/cpu/cpu1/online"
    with state(vm, f"echo 0 >{cpu}", f"echo 1 >{cpu}"):
        for mode in MODES:
            subject = only_finding(vm, mode, "warn vcpu.offline").subject
            assert subject == "/sys/devices/system/cpu/online: 0 of 0-1"


@pytest.mark.parametrize(
    ("clock_ahead", "expected"), [(-86400, "8640. s ahead"), (86400, "86(399|40.) s behind")]
)
def test_a_clock_that_is_wrong_by_a_day(vm: Vm, clock_ahead: int, expected: str) -> None:
    now = "$(cat /sys/class/rtc/rtc0/since_epoch)"
    with state(vm, f"date -s @$(({now} + {clock_ahead}))", f"date -s @{now}"):
        for mode in MODES:
            subject = only_finding(vm, mode, "warn time.rtc").subject
            assert re.fullmatch(f"/sys/class/rtc/rtc0/since_epoch: {expected}", subject)


def test_a_balloon_that_is_inflated(vm: Vm) -> None:
    resize_balloon(vm, 192)
    try:
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "warn mem.balloon").subject
            assert "64 MiB" in subject
        assert words(vm, "ram") == []
    finally:
        resize_balloon(vm, 256)


def resize_balloon(vm: Vm, megabytes: int) -> None:
    """Leave the guest that much memory."""
    vm.qmp.execute("balloon", value=megabytes << 20)
    wait_until(lambda: vm.qmp.execute("query-balloon")["actual"] == megabytes << 20)


def test_a_watchdog_in_software_sleeps_with_the_guest(vm: Vm) -> None:
    vm.sh("modprobe softdog").check()
    with state(vm, "echo >/dev/watchdog", "echo V >/dev/watchdog"):
        assert vm.sh("cat /sys/class/watchdog/*/state").check() == "active"
        assert {mode: words(vm, mode) for mode in MODES} == {mode: [] for mode in MODES}
