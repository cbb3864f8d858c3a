# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Preflight in a guest whose swap is missing, elsewhere, too small, or holds an image already.

All tests use one guest and leave it as they found it.
"""

import re
import subprocess
from contextlib import contextmanager
from typing import Callable, Iterator

import pytest
from lab import Image, Vm
from preflight import DISK_MODES, MODES, only_finding, words
from states import image_with_programs, kernel_refusal, state

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

SWAP_DISK, DATA_DISK = "254:0", "254:16"
PAGE = 4096
SIGNATURE_AT = PAGE - 10
"""Where the header page of a swap says what it is."""

FILE_MB = 64
MAKE_FILE = f"dd if=/dev/zero of=/data/swap bs=1M count={FILE_MB} && mkswap /data/swap && sync"
ZRAM_ON = (
    "modprobe lzo-rle && modprobe zram && echo 64M >/sys/block/zram0/disksize && "
    "mkswap /dev/zram0 && swapon /dev/zram0"
)
ZRAM_OFF = "swapoff /dev/zram0 && rmmod zram"


@pytest.fixture(scope="module")
def image() -> Image:
    """The agent, and programs that bring a guest into states no shell can."""
    return image_with_programs()


@pytest.fixture(scope="module")
def guest(shared_vm_factory: MakeVm) -> Vm:
    """One with a swap disk that is on and a swap file that is off."""
    vm = shared_vm_factory(data_mb=640).wait_ready()
    vm.sh(MAKE_FILE, timeout=30).check()
    return vm


@pytest.fixture
def vm(guest: Vm) -> Vm:
    """The guest, which must be healthy before and after."""
    assert {mode: words(guest, mode) for mode in MODES} == {mode: [] for mode in MODES}
    return guest


def file_offset(vm: Vm) -> int:
    """Where the swap file begins on the data disk, in pages, by a look from the host."""
    command = ["/sbin/debugfs", "-R", "blocks /swap", vm.home.data]
    first = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0]
    return int(first)


def resume_from(device: str, offset: int = 0) -> str:
    """The command that tells the kernel where its image is."""
    return f"echo {offset} >/sys/power/resume_offset && echo {device} >/sys/power/resume"


@contextmanager
def swap_file(vm: Vm, off_by: int = 0) -> Iterator[int]:
    """A guest that swaps and resumes from the file alone; where the file begins."""
    begins = file_offset(vm)
    to_file = f"swapon /data/swap && swapoff /dev/vda && {resume_from(DATA_DISK, begins + off_by)}"
    to_disk = f"swapon /dev/vda && swapoff /data/swap && {resume_from(SWAP_DISK)}"
    with state(vm, to_file, to_disk):
        yield begins


def test_no_swap_is_on(vm: Vm) -> None:
    with state(vm, "swapoff /dev/vda", "swapon /dev/vda"):
        for mode in DISK_MODES:
            only_finding(vm, mode, "block swap.none")
        assert words(vm, "ram") == []
        assert kernel_refusal(vm, "disk") == "No such device"


def test_zram_counts_as_no_swap(vm: Vm) -> None:
    with state(vm, ZRAM_ON, ZRAM_OFF):
        assert {mode: words(vm, mode) for mode in MODES} == {mode: [] for mode in MODES}
        with state(vm, "swapoff /dev/vda", "swapon /dev/vda"):
            for mode in DISK_MODES:
                assert "zram" in only_finding(vm, mode, "block swap.none").subject
            assert kernel_refusal(vm, "disk") == "No such device"


def test_resume_points_at_a_disk_without_swap(vm: Vm) -> None:
    with state(vm, resume_from(DATA_DISK), resume_from(SWAP_DISK)):
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "block swap.wrong-one").subject
            assert DATA_DISK in subject and SWAP_DISK in subject
        assert kernel_refusal(vm, "disk") == "No such device"
        assert words(vm, "ram") == []


def test_a_swap_file_that_is_where_resume_looks(vm: Vm) -> None:
    with swap_file(vm):
        assert {mode: words(vm, mode) for mode in MODES} == {mode: [] for mode in MODES}


def test_a_swap_file_that_begins_elsewhere(vm: Vm) -> None:
    with swap_file(vm, off_by=1) as begins:
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "block swap.offset").subject
            assert re.search(rf"\b{begins + 1}\b.*\b{begins}\b", subject)
        assert kernel_refusal(vm, "disk") == "No such device"


@pytest.mark.parametrize(("used_mb", "expected"), [(80, "warn"), (130, "block")])
def test_more_memory_in_use_than_swap(vm: Vm, used_mb: int, expected: str) -> None:
    fill = f"mount -o remount,size=200M /tmp && dd if=/dev/zero of=/tmp/big bs=1M count={used_mb}"
    with swap_file(vm), state(vm, fill, "rm /tmp/big"):
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, f"{expected} swap.small").subject
            assert subject.startswith("/proc/swaps: /data/swap")
        assert words(vm, "ram") == []


def write_signature(vm: Vm, signature: bytes) -> None:
    """Write on the swap disk from the host: its own kernel keeps everybody else off."""
    with vm.home.swap.open("r+b") as disk:
        disk.seek(SIGNATURE_AT)
        disk.write(signature)


def test_an_image_that_nobody_resumed(vm: Vm) -> None:
    vm.sh("echo 3 >/proc/sys/vm/drop_caches").check()
    write_signature(vm, b"S1SUSPEND\0")
    try:
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "block swap.stale-image").subject
            assert subject.startswith("/dev/vda") and "S1SUSPEND" in subject
        assert words(vm, "ram") == []
        assert kernel_refusal(vm, "disk") == "No such device"
    finally:
        write_signature(vm, b"SWAPSPACE2")
