# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnos-setup in one Debian 12 that boots by itself: what it refuses, and that it takes all back.

The tests use the same guest one after the other; the last one locks its kernel down.
"""

import json
import os
import re
import shlex
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from lab import Vm
from lab.bootable import Layout, bootable, machine
from lab.run import run
from preflight import findings
from setting_up import SLOW, install_product, wait_for_agent
from states import state

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(os.environ.get("HYPNOS_IMAGES") != "1", reason="image tests only"),
]

REFUSED = 4
CRASH_AT = "/usr/lib/crash_at.so"
FREE = "stat --file-system --format '%a %S %b' /"
SMALL_CHANGE = 4 << 20

ALL_FILES = r"""
places='/etc /boot/grub /var/lib'
find $places -path /var/lib/systemd -prune -o -printf '%p %y %m %l\n' | sort
find $places -path /var/lib/systemd -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
"""
"""Every file of the configuration: its mode and content. systemd keeps the time in its own."""

OVERLAY_ROOT = """
mkdir -p /run/over && mount -t tmpfs over /run/over && cd /run/over && mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work over root
for each in proc sys dev; do mount --bind /$each root/$each; done
chroot root hypnos-setup plan --json
"""


@pytest.fixture(scope="module")
def image() -> None:
    """The firmware finds what to boot."""


def install(root: Path) -> None:
    """The product, and what kills it."""
    install_product(root)
    run("cp", Path(os.environ["HYPNOS_BUILD"]) / "tests/support/libcrash_at.so", root / CRASH_AT[1:])


@pytest.fixture(scope="module")
def vm(shared_vm_factory: Callable[..., Vm]) -> Iterator[Vm]:
    """One guest for all, with a second disk."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    with tempfile.TemporaryDirectory(prefix="lab-") as directory:
        disk = Path(directory) / "disk.img"
        bootable(Layout(), disk, install)
        guest = shared_vm_factory(memory_mb=512, swap_mb=64, qemu_args=machine(Layout(), disk))
        yield guest.wait_ready(timeout=400)


@dataclass(frozen=True)
class Told:
    """What hypnos-setup said, and its exit status."""

    status: int
    changes: "list[dict[str, str]]"
    findings: "list[dict[str, str]]"

    @property
    def refusal(self) -> "dict[str, str]":
        """The one that there is."""
        assert self.status == REFUSED, self
        (found,) = self.findings
        assert found["severity"] == "block" and found["hint"], found
        return found


def told(done: Any) -> Told:
    """Of a command with --json."""
    report = json.loads(done.stdout)
    return Told(done.returncode, report["changes"], report["findings"])


def hypnos_setup(vm: Vm, verb: str, *options: str, timeout: float = SLOW) -> Told:
    """Run hypnos-setup."""
    return told(vm.sh(shlex.join(["hypnos-setup", verb, "--json", *options]), timeout))


@contextmanager
def file_with(vm: Vm, path: str, text: str) -> Iterator[None]:
    """A file that is there for a while."""
    with state(vm, f"printf %s {shlex.quote(text)} >{path}", f"rm {path}"):
        yield


def test_a_container(vm: Vm) -> None:
    with state(vm, "mkdir -p /run/systemd", "true"), file_with(vm, "/run/systemd/container", "lxc"):
        assert hypnos_setup(vm, "plan").refusal["code"] == "setup.container"


def test_a_root_that_does_not_last(vm: Vm) -> None:
    refusal = told(vm.sh(f"unshare -m sh -c {shlex.quote(OVERLAY_ROOT)}", SLOW)).refusal
    assert refusal["code"] == "setup.root" and "overlay" in refusal["subject"]


def test_too_little_room_is_told_exactly(vm: Vm) -> None:
    """But for what the guest writes meanwhile."""
    available, block, blocks = map(int, vm.sh(FREE).check().split())
    wanted = 8 << 30
    refusal = hypnos_setup(vm, "plan", "--swap=file", f"--size={wanted >> 20}M").refusal
    assert refusal["code"] == "setup.space"
    missing = [int(count.replace(",", "")) for count in re.findall(r"([\d,]+) bytes", refusal["hint"])]
    expected = wanted + (blocks // 10 - available) * block
    assert missing[-1] == pytest.approx(expected, abs=SMALL_CHANGE), refusal


def test_a_swap_whose_key_does_not_last(vm: Vm) -> None:
    disk = vm.sh("readlink -f /dev/disk/by-id/virtio-swap").check()
    make = f"mkswap {disk} && mkdir -p /dev/mapper && ln -s {disk} /dev/mapper/fleeting"
    table = "fleeting /dev/disk/by-id/virtio-swap /dev/urandom swap\n"
    with state(vm, make, "rm /dev/mapper/fleeting"), file_with(vm, "/etc/crypttab", table):
        refusal = hypnos_setup(vm, "plan", "--swap=/dev/mapper/fleeting").refusal
    assert refusal["code"] == "setup.random-key" and "fleeting" in refusal["subject"]


def test_a_swap_that_is_none_or_too_small(vm: Vm) -> None:
    disk = vm.sh("readlink -f /dev/disk/by-id/virtio-swap").check()
    vm.sh(f"wipefs -a {disk}").check()
    assert hypnos_setup(vm, "plan", f"--swap={disk}").refusal["code"] == "setup.swap"
    vm.sh(f"mkswap {disk}").check()
    refusal = hypnos_setup(vm, "plan", f"--swap={disk}").refusal
    assert refusal["code"] == "setup.swap" and "64 MiB" in refusal["subject"]


def test_a_boot_that_was_told_not_to_resume(vm: Vm) -> None:
    fake = "(cat /proc/cmdline; echo noresume) >/run/cmdline && mount --bind /run/cmdline /proc/cmdline"
    with state(vm, fake, "umount /proc/cmdline"):
        assert hypnos_setup(vm, "plan").refusal["code"] == "resume.cmdline"


def test_somebody_else_names_another_place(vm: Vm) -> None:
    other = 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX resume=/dev/vdz"\n'
    with file_with(vm, "/etc/default/grub.d/other.cfg", other):
        assert hypnos_setup(vm, "plan").refusal["code"] == "setup.other-resume"


def test_once_is_enough_and_undo_leaves_no_trace(vm: Vm) -> None:
    before = vm.sh(ALL_FILES, SLOW).check()
    done = hypnos_setup(vm, "apply")
    assert (done.status, done.findings) == (0, []) and done.changes
    assert hypnos_setup(vm, "verify").findings == []
    after = vm.sh(ALL_FILES, SLOW).check()
    again = hypnos_setup(vm, "apply")
    assert (again.status, again.changes, again.findings) == (0, [], [])
    assert vm.sh(ALL_FILES, SLOW).check() == after
    assert hypnos_setup(vm, "undo").status == 0
    assert vm.sh(ALL_FILES, SLOW).check() == before
    vm.sh("test ! -e /swap && ! grep /swap /proc/swaps").check()


def crash(vm: Vm, point: int, verb: str) -> str:
    """The point at which it died; nothing if there are not so many."""
    vm.sh(f"rm -f /run/crash-points; echo {point} >/run/crash-at").check()
    died = vm.sh(f"LD_PRELOAD={CRASH_AT} hypnos-setup {verb}", SLOW).returncode
    points = vm.sh("rm -f /run/crash-at; cat /run/crash-points").check().splitlines()
    assert died == 137 or len(points) < point
    return points[-1] if died == 137 else ""


def test_killed_at_each_step_of_apply(vm: Vm) -> None:
    """The next `undo` takes all back, after every other point the next `apply` finishes before it."""
    before = vm.sh(ALL_FILES, SLOW).check()
    point = 1
    while died := crash(vm, point, "apply"):
        if point % 2:
            done = hypnos_setup(vm, "apply")
            assert (done.status, done.findings) == (0, []), died
        assert hypnos_setup(vm, "undo").status == 0, died
        assert vm.sh(ALL_FILES, SLOW).check() == before, died
        point += 1
    assert point > 8
    assert hypnos_setup(vm, "undo").status == 0


def test_killed_at_each_step_of_undo(vm: Vm) -> None:
    before = vm.sh(ALL_FILES, SLOW).check()
    point = 1
    while True:
        assert hypnos_setup(vm, "apply").status == 0
        if not (died := crash(vm, point, "undo")):
            break
        assert hypnos_setup(vm, "undo").status == 0, died
        assert vm.sh(ALL_FILES, SLOW).check() == before, died
        point += 2
    assert point > 6


KEEP = "cat /sys/power/resume >/run/resume; cat /sys/power/resume_offset >/run/offset"
PUT_BACK = "cat /run/offset >/sys/power/resume_offset; cat /run/resume >/sys/power/resume"
OTHER_DISK = "/sys/block/$(basename $(readlink /dev/disk/by-id/virtio-swap))/dev"
SIGNATURE = (
    "printf %s | dd of=$(findmnt -no SOURCE /) bs=1 conv=notrunc,fsync"
    " seek=$(($(cat /sys/power/resume_offset) * 4096 + 4086))"
)
PROVOKED = {
    "swap.none": ("mv /swap/hypnos.swap /swap/away", "mv /swap/away /swap/hypnos.swap"),
    "swap.hole": (
        "mv /swap/hypnos.swap /swap/away && truncate -s 1G /swap/hypnos.swap"
        " && mkswap /swap/hypnos.swap",
        "mv /swap/away /swap/hypnos.swap",
    ),
    "swap.offset": (f"{KEEP}; echo 1 >/sys/power/resume_offset", PUT_BACK),
    "swap.wrong-one": (f"{KEEP}; cat {OTHER_DISK} >/sys/power/resume", PUT_BACK),
    "swap.stale-image": (SIGNATURE % "S1SUSPEND\\\\0", SIGNATURE % "SWAPSPACE2"),
    "resume.unproven": ("touch /boot/grub/grub.cfg", "hypnos-setup verify"),
}
"""How a guest that is set up comes into a state that preflight has a code for, and out of it."""


@pytest.fixture(scope="module")
def ready(vm: Vm) -> Iterator[Vm]:
    """Set up for all tests of preflight."""
    assert hypnos_setup(vm, "apply").status == 0
    wait_for_agent(vm)
    yield vm
    assert hypnos_setup(vm, "undo").status == 0


def test_preflight_finds_nothing_once_it_is_set_up(ready: Vm) -> None:
    assert findings(ready, "disk") == []


@pytest.mark.parametrize("code", PROVOKED)
def test_preflight_sees_what_has_gone_wrong_since(ready: Vm, code: str) -> None:
    enter, leave = PROVOKED[code]
    with state(ready, enter, leave):
        assert code in [finding.code for finding in findings(ready, "disk")]


def test_the_kernel_is_locked_down(vm: Vm) -> None:
    """Until the next boot, so this is the last test."""
    vm.sh("echo integrity >/sys/kernel/security/lockdown").check()
    refusal = hypnos_setup(vm, "plan").refusal
    assert refusal["code"] == "pm.disabled" and "lockdown" in refusal["subject"]
