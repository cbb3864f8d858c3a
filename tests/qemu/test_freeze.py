# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""File systems that are really frozen: under load, nested, hidden; and thawed whatever happens."""

import os
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest
from freezing import Freezable, disk_args, faults, freezing_image, make_disk
from lab import AgentError, Image, Vm, wait_until

pytestmark = pytest.mark.qemu

deep = pytest.mark.skipif(os.environ.get("HYPNOS_DEEP") != "1", reason="deep tests only")

MakeVm = Callable[..., Vm]

DISKS = {"ext4": "ext4", "xfs": "xfs", "btrfs": "btrfs", "more": "ext4", "other": "ext4"}
"""Name and file system of each disk."""

UNASKED = "the file systems were thawed before this request"
AS_A_COPY = {"ext4": (), "xfs": ("-o nouuid",), "btrfs": ("-o ro",)}
"""How a copy of each is mounted."""


@pytest.fixture(scope="module")
def image() -> Image:
    """What these guests boot."""
    agent = os.environ.get("HYPNOS_AGENT")
    if not agent:
        pytest.skip("HYPNOS_AGENT names no agent")
    return freezing_image(Path(agent))


@pytest.fixture(scope="module")
def whole_guest(
    shared_vm_factory: MakeVm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Freezable]:
    """One guest for all."""
    home = tmp_path_factory.mktemp("disks")
    disks = {name: make_disk(home / name, kind) for name, kind in DISKS.items()}
    vm = shared_vm_factory(
        swap_mb=0, memory_mb=384, kernel_args=("hypnos.noagent",), qemu_args=disk_args(disks)
    )
    yield Freezable(vm.wait_ready(120), disks)


@pytest.fixture
def guest(whole_guest: Freezable) -> Iterator[Freezable]:
    """With nothing mounted; ends the same."""
    yield whole_guest
    whole_guest.vm.sh("for point in /mnt/*; do fsfreeze --unfreeze $point; done")
    whole_guest.vm.sh("kill $(cat /run/writer.pid /run/churn.pid); rm -f /run/written; sleep 1")
    whole_guest.vm.sh("tac /proc/mounts | awk '$2 ~ /^.mnt/ {print $2}' | xargs -r -n1 umount")
    whole_guest.vm.sh("dmsetup remove_all; for n in 0 1 2; do losetup -d /dev/loop$n; done")


@pytest.mark.parametrize(
    "kind", ["ext4", pytest.param("xfs", marks=deep), pytest.param("btrfs", marks=deep)]
)
def test_a_copy_made_under_load_is_clean_and_complete(
    guest: Freezable, tmp_path: Path, kind: str
) -> None:
    guest.load(kind)
    guest.mount(kind, "/mnt/work", "-t", kind)
    guest.write("/mnt/work")
    assert guest.ask("guest-fsfreeze-freeze") == 1
    assert guest.status() == "frozen"
    assert guest.marked()
    before = guest.written()
    copy = guest.copy(kind, tmp_path / "copy")
    time.sleep(1)
    assert guest.written() == before, "somebody writes to a frozen file system"
    assert guest.ask("guest-fsfreeze-thaw") == 1
    assert not guest.marked()
    guest.wait_for_lines(3)
    guest.stop_writing()
    assert guest.lines("/mnt/work") > before
    assert not faults(copy, kind, mounted=False)
    guest.sh("umount /mnt/work")
    guest.reload(kind)  # btrfs takes a copy for the disk it knows
    guest.plug(copy, f"copy-{kind}")
    guest.mount(f"copy-{kind}", "/mnt/copy", "-t", kind, *AS_A_COPY[kind])
    assert guest.lines("/mnt/copy") in (before, before + 1)
    guest.sh("umount /mnt/copy")
    assert not faults(copy, kind, mounted=True)


def test_nested_bound_and_read_only_mounts(guest: Freezable) -> None:
    guest.load("xfs")
    guest.mount("ext4", "/mnt/top", "-t ext4")
    guest.mount("xfs", "/mnt/top/deep", "-t xfs")
    guest.mount("/mnt/top", "/mnt/bind", "-o bind")
    guest.mount("other", "/mnt/ro", "-t ext4 -o ro")
    guest.mount("more", "/mnt/bound", "-t ext4")
    guest.sh("mkdir /mnt/more && mount -o bind /mnt/bound /mnt/more && mount -o remount,bind,ro /mnt/more")
    guest.sh("umount /mnt/bound")  # only a read-only mount of a writable file system is left
    assert guest.ask("guest-fsfreeze-freeze") == 3
    assert guest.is_frozen("/mnt/top/deep")
    assert guest.is_frozen("/mnt/bind")
    assert guest.ask("guest-fsfreeze-thaw") == 3
    assert guest.sh("ls /mnt/bind/probe* /mnt/top/deep/probe*").count("probe") == 2
    wanted = {"mountpoints": ["/mnt/bind", "/mnt/ro", "/nowhere"]}
    assert guest.ask("guest-fsfreeze-freeze-list", wanted) == 1
    assert guest.is_frozen("/mnt/top")
    assert not guest.is_frozen("/mnt/top/deep")
    assert guest.ask("guest-fsfreeze-thaw") == 1
    assert guest.ask("guest-fsfreeze-freeze-list", {"mountpoints": ["/nowhere"]}) == 0
    assert guest.status() == "thawed"


def test_loop_and_mapped_devices_are_frozen_before_what_they_lie_on(guest: Freezable) -> None:
    """Else writing them back would wait for ever for the file system that holds their files."""
    guest.sh("modprobe -a loop dm-mod")
    guest.mount("ext4", "/mnt/work", "-t ext4")
    for number in (0, 1):
        file = f"/mnt/work/image{number}"
        guest.sh(f"dd if=/dev/zero of={file} bs=1M count=8 2>&1 && /sbin/mke2fs -q -t ext4 -F {file}")
        guest.sh(f"losetup /dev/loop{number} {file}")
    guest.sh("echo 0 16384 linear /dev/loop1 0 | dmsetup create --noudevsync mapped")
    guest.mount("/dev/loop0", "/mnt/loop", "-t ext4")
    guest.mount("/dev/dm-0", "/mnt/mapped", "-t ext4")
    # Now the lower one looks as if it was mounted last, and the path of the images leads nowhere.
    guest.mount("/mnt/work", "/mnt/again", "-o bind")
    guest.sh("umount -l /mnt/work")
    guest.sh("for point in loop mapped again; do dd if=/dev/urandom of=/mnt/$point/x bs=64k count=9; done")
    assert guest.ask("guest-fsfreeze-freeze") == 3
    for point in ("loop", "mapped", "again"):
        assert guest.is_frozen(f"/mnt/{point}")
    assert guest.ask("guest-fsfreeze-thaw") == 3
    guest.sh("sync; ls /mnt/loop/probe* /mnt/mapped/probe* /mnt/again/probe*")
    info = {one["mountpoint"]: one for one in guest.ask("guest-get-fsinfo")}
    assert info["/mnt/mapped"]["name"] == "dm-0"
    assert info["/mnt/again"]["disk"][0]["serial"] == "ext4"
    assert info["/mnt/again"]["used-bytes"] > 1 << 20
    disks = {one["name"]: one for one in guest.ask("guest-get-disks")}
    assert disks["/dev/dm-0"]["dependencies"] == ["/dev/loop1"]
    assert disks["/dev/dm-0"]["alias"] == "mapped"


def test_a_hidden_mount_is_never_mistaken_for_what_hides_it(guest: Freezable) -> None:
    guest.mount("ext4", "/mnt/point", "-t ext4")
    guest.mount("more", "/mnt/point", "-t ext4")
    guest.mount("other", "/mnt/elsewhere", "-t ext4")
    guest.mount("/mnt/elsewhere", "/mnt/twice", "-o bind")
    guest.mount("tmpfs", "/mnt/elsewhere", "-t tmpfs")
    assert guest.ask("guest-fsfreeze-freeze") == 2
    assert guest.is_frozen("/mnt/point")
    assert guest.is_frozen("/mnt/twice")
    assert not guest.is_frozen("/mnt/elsewhere")
    assert guest.ask("guest-fsfreeze-thaw") == 2
    assert "/mnt/point was not frozen: it is hidden" in guest.sh("cat /run/agent.log")


def test_what_somebody_else_froze_stays_frozen(guest: Freezable) -> None:
    guest.mount("ext4", "/mnt/a", "-t ext4")
    guest.mount("more", "/mnt/b", "-t ext4")
    guest.sh("fsfreeze --freeze /mnt/a")
    assert guest.ask("guest-fsfreeze-freeze") == 1
    assert guest.ask("guest-fsfreeze-thaw") == 1
    assert guest.is_frozen("/mnt/a")
    assert not guest.is_frozen("/mnt/b")
    guest.sh("fsfreeze --unfreeze /mnt/a")


def test_while_frozen_six_commands_are_answered(guest: Freezable) -> None:
    guest.mount("ext4", "/mnt/a", "-t ext4")
    assert guest.ask("guest-fsfreeze-freeze") == 1
    info = guest.ask("guest-info")["supported_commands"]
    assert sorted(command["name"] for command in info if command["enabled"]) == [
        "guest-fsfreeze-status",
        "guest-fsfreeze-thaw",
        "guest-info",
        "guest-ping",
        "guest-sync",
        "guest-sync-delimited",
    ]
    for command in ("guest-fsfreeze-freeze", "guest-suspend-ram", "guest-get-time"):
        with pytest.raises(AgentError, match=f"CommandNotFound: Command {command} has been disabled"):
            guest.ask(command)
    assert guest.ask("guest-fsfreeze-thaw") == 1


def test_trim_tells_each_file_system_once(guest: Freezable) -> None:
    guest.mount("ext4", "/mnt/a", "-t ext4")
    guest.mount("/mnt/a", "/mnt/b", "-o bind")
    guest.mount("more", "/mnt/ro", "-t ext4 -o ro")
    paths = guest.ask("guest-fstrim")["paths"]
    assert [one["path"] for one in paths] == ["/mnt/a"]
    assert paths[0].get("trimmed", 0) > 0 or paths[0]["error"] == "trim not supported"


def test_sigterm_thaws_and_ends_well(guest: Freezable) -> None:
    guest.mount("ext4", "/mnt/a", "-t ext4")
    assert guest.ask("guest-fsfreeze-freeze") == 1
    assert guest.signal("TERM") == 0
    assert not guest.marked()
    assert not guest.is_frozen("/mnt/a")
    with pytest.raises(AgentError, match=UNASKED):
        guest.ask("guest-fsfreeze-thaw")
    assert guest.ask("guest-fsfreeze-thaw") == 0


def test_the_agent_after_one_that_was_killed_thaws_on_request(guest: Freezable) -> None:
    guest.mount("ext4", "/mnt/a", "-t ext4")
    guest.mount("more", "/mnt/b", "-t ext4")
    assert guest.ask("guest-fsfreeze-freeze") == 2
    guest.signal("KILL")
    assert guest.status() == "frozen"
    assert guest.is_frozen("/mnt/a")
    assert guest.ask("guest-fsfreeze-thaw") == 2
    assert not guest.is_frozen("/mnt/a")
    assert not guest.marked()


def test_when_the_host_goes_away_all_is_thawed(guest: Freezable) -> None:
    guest.configure("[Freeze]\\nThawAfter=8\\n")
    guest.mount("ext4", "/mnt/a", "-t ext4")
    guest.write("/mnt/a")
    with guest.connect() as host:
        assert host.request("guest-fsfreeze-freeze", timeout=60) == 1
        time.sleep(1)  # the number of what was on disk already may still be written down
        before = guest.written()
        for _ in range(10):  # it lives: the time begins anew each time
            time.sleep(1)
            assert host.request("guest-fsfreeze-status") == "frozen"
        assert guest.written() == before
    wait_until(lambda: guest.written() > before, 40, "the file system stays frozen")
    guest.wait_for_lines(3)
    guest.stop_writing()
    guest.lines("/mnt/a")
    assert guest.status() == "thawed"
    with pytest.raises(AgentError, match=UNASKED):
        guest.ask("guest-fsfreeze-thaw")
    assert guest.ask("guest-fsfreeze-thaw") == 0
    assert "thawed without the host asking" in guest.sh("cat /run/agent.log")


def test_the_agent_after_one_that_was_killed_thaws_in_time(guest: Freezable) -> None:
    guest.configure("[Freeze]\\nThawAfter=3\\n")
    guest.mount("ext4", "/mnt/a", "-t ext4")
    assert guest.ask("guest-fsfreeze-freeze") == 1
    guest.signal("KILL")
    wait_until(lambda: not guest.marked(), 20, "the file system stays frozen")
    assert not guest.is_frozen("/mnt/a")
    with pytest.raises(AgentError, match=UNASKED):
        guest.ask("guest-fsfreeze-thaw")
