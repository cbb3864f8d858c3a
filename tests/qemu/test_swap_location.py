# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where swap files on btrfs begin, by three who should agree: preflight, btrfs-progs, the disk."""

import os
import re
from pathlib import Path
from typing import Callable, Iterator

import pytest
from freezing import disk_args, make_disk
from lab import Contents, Image, Vm, build_image, find_kernel
from preflight import findings, words

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

AGENT = "/usr/sbin/hypnos-agent"
BTRFS = "/usr/bin/btrfs"
MODULES = ("btrfs", "crc32c_generic", "crc32c-intel", "xxhash_generic", "blake2b_generic")
PAGE = 4096
ELSEWHERE = 1
"""A page that no swap begins at."""


@pytest.fixture(scope="module")
def image() -> Image:
    """An agent, and btrfs with its tools."""
    agent = os.environ.get("HYPNOS_AGENT")
    if not agent:
        pytest.skip("HYPNOS_AGENT names no agent")
    programs = {AGENT: Path(agent), BTRFS: Path(BTRFS)}
    return build_image(
        find_kernel(), Contents(programs=programs, agent=[AGENT], modules=MODULES)
    )


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty btrfs."""
    return make_disk(tmp_path_factory.mktemp("disks") / "btrfs", "btrfs")


@pytest.fixture(scope="module")
def guest(shared_vm_factory: MakeVm, disk: Path) -> Iterator[Vm]:
    """One without another swap, in which that disk is mounted."""
    vm = shared_vm_factory(swap_mb=0, qemu_args=disk_args({"btrfs": disk})).wait_ready()
    vm.sh("modprobe btrfs && mkdir /mnt && mount -t btrfs /dev/vda /mnt", 60).check()
    yield vm


@pytest.fixture
def swap(guest: Vm) -> Iterator[str]:
    """A swap file that is on, while the kernel looks for images elsewhere."""
    path = "/mnt/swap"
    guest.sh("dd if=/dev/urandom of=/mnt/before bs=1M count=5 && sync", 30).check()
    guest.sh(f"{BTRFS} filesystem mkswapfile -s 40m {path} && swapon {path}", 60).check()
    look_at(guest, ELSEWHERE)
    yield path
    guest.sh(f"swapoff {path}; rm {path} /mnt/before").check()


def look_at(vm: Vm, page: int) -> None:
    """Have the kernel look for images there."""
    vm.sh(f"echo {page} >/sys/power/resume_offset; cat /sys/block/vda/dev >/sys/power/resume").check()


def told_by_preflight(vm: Vm, path: str) -> int:
    """From what it says of the wrong offset."""
    found = [finding.subject for finding in findings(vm, "disk") if finding.code == "swap.offset"]
    begins = re.search(rf"{path} begins at (\d+)", "\n".join(found))
    assert begins, found
    return int(begins[1])


def test_a_swap_file_on_btrfs(guest: Vm, swap: str, disk: Path) -> None:
    begins = told_by_preflight(guest, swap)
    mapped = guest.sh(f"{BTRFS} inspect-internal map-swapfile -r {swap}", 30).check()
    assert begins == int(mapped)
    guest.sh("sync").check()
    with disk.open("rb") as image:
        image.seek(begins * PAGE)
        assert image.read(PAGE)[-10:] == b"SWAPSPACE2"
    look_at(guest, begins)
    assert words(guest, "disk") == []
