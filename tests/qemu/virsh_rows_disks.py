# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows about file systems and disks."""

import subprocess
import time
from pathlib import Path

from lab import wait_until
from virsh_guest import Guest
from virsh_table import entry, fields, row

ROOT, DATA = "/var", "/data"
"""Directories of the two file systems."""
TRIMMED = 48 << 20


def begin_write(guest: Guest, directory: str) -> None:
    """Start to make a file, which waits where the file system is frozen."""
    guest.sh(f"setsid touch {directory}/probe </dev/null >/dev/null 2>&1 &")


def written(guest: Guest, directory: str) -> bool:
    """Whether that file is there."""
    return guest.succeeds(f"test -e {directory}/probe")


def take_away(guest: Guest, *directories: str) -> None:
    """Wait until what was held up has been written, and remove it."""
    for directory in directories:
        wait_until(lambda name=directory: written(guest, name), 20, f"{directory} is still frozen")
    guest.sh("rm " + " ".join(f"{directory}/probe" for directory in directories))


@row("guest-fsfreeze-freeze", "domfsfreeze", "writes to both file systems wait")
def freeze(guest: Guest) -> None:
    assert "Froze 2 filesystem" in guest.virsh("domfsfreeze")
    for directory in (ROOT, DATA):
        begin_write(guest, directory)
    time.sleep(2)
    seen = [written(guest, directory) for directory in (ROOT, DATA)]
    status = guest.ask("guest-fsfreeze-status")
    guest.virsh("domfsthaw")
    assert (seen, status) == ([False, False], "frozen")
    take_away(guest, ROOT, DATA)


@row(
    "guest-fsfreeze-freeze-list",
    "domfsfreeze --mountpoint /data",
    "writes to /data wait, to / they do not",
)
def freeze_one(guest: Guest) -> None:
    assert "Froze 1 filesystem" in guest.virsh("domfsfreeze", "--mountpoint", DATA)
    for directory in (ROOT, DATA):
        begin_write(guest, directory)
    wait_until(lambda: written(guest, ROOT), 20, "/ is frozen, too")
    waits = not written(guest, DATA)
    guest.virsh("domfsthaw")
    assert waits
    take_away(guest, ROOT, DATA)


@row("guest-fsfreeze-thaw", "domfsthaw", "the writes that waited are done")
def thaw(guest: Guest) -> None:
    guest.virsh("domfsfreeze")
    begin_write(guest, DATA)
    assert "Thawed 2 filesystem" in guest.virsh("domfsthaw")
    take_away(guest, DATA)
    assert guest.ask("guest-fsfreeze-status") == "thawed"


def superblock(disk: Path) -> str:
    """What dumpe2fs tells of a file system."""
    command = ["/sbin/dumpe2fs", "-h", disk]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def content(disk: Path, name: str) -> str:
    """A file of an unmounted file system."""
    command = ["/sbin/debugfs", "-R", f"cat {name}", disk]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@row(
    "guest-fsfreeze-freeze and -thaw",
    "snapshot-create-as --disk-only --quiesce",
    "what was just written is in the snapshot, which needs no recovery; afterwards writes go on",
)
def quiesced_snapshot(guest: Guest) -> None:
    disk = guest.home / "data.img"
    guest.sh(f"sync {DATA}; echo just written >{DATA}/note")
    assert "needs_recovery" in superblock(disk)
    only = [f"--diskspec={name},snapshot=no" for name in ("vda", "vdc")]
    overlay = f"--diskspec=vdb,snapshot=external,file={guest.home}/overlay.qcow2"
    options = ("--disk-only", "--quiesce", "--no-metadata")
    guest.virsh("snapshot-create-as", "quiet", *options, *only, overlay)
    seen = (superblock(disk), content(disk, "/note"))
    guest.virsh("blockcommit", "vdb", "--active", "--pivot", "--wait")
    (guest.home / "overlay.qcow2").unlink()
    assert "needs_recovery" not in seen[0]
    assert seen[1] == "just written\n"
    begin_write(guest, DATA)
    take_away(guest, DATA)


@row("guest-fstrim", "domfstrim", "the blocks of a deleted file are no longer on the host's disk")
def trim(guest: Guest) -> None:
    disk = guest.home / "data.img"
    guest.sh(f"dd if=/dev/urandom of={DATA}/big bs=1M count=64 && sync && rm {DATA}/big && sync")
    before = disk.stat().st_blocks * 512
    guest.virsh("domfstrim")
    wait_until(lambda: before - disk.stat().st_blocks * 512 > TRIMMED, 20, "nothing was trimmed")


def sizes(guest: Guest, directory: str) -> "tuple[int, int]":
    """Bytes that a file system has, and those used."""
    line = guest.sh(f"stat -f -c '%S %b %f' {directory}")
    size, blocks, free = (int(word) for word in line.split())
    return size * blocks, size * (blocks - free)


@row(
    "guest-get-fsinfo",
    "guestinfo --filesystem",
    "both file systems with type, size, and the disk they are on",
)
def file_systems(guest: Guest) -> None:
    found = fields(guest.virsh("guestinfo", "--filesystem"))
    told = entry(found, "fs", "mountpoint", DATA)
    assert (told["fstype"], told["name"]) == ("ext4", "vdb")
    assert (told["disk.0.alias"], told["disk.0.device"]) == ("vdb", "/dev/vdb")
    assert entry(found, "fs", "mountpoint", "/")["disk.0.alias"] == "vda"
    total, used = sizes(guest, DATA)
    assert abs(int(told["used-bytes"]) - used) < 1 << 20
    assert 0.8 * total < int(told["total-bytes"]) <= total


@row("guest-get-fsinfo", "domfsinfo", "mount points with the domain's names of their disks")
def domain_file_systems(guest: Guest) -> None:
    lines = [line.split() for line in guest.virsh("domfsinfo").splitlines()]
    assert ["/", "vda", "ext4", "vda"] in lines
    assert [DATA, "vdb", "ext4", "vdb"] in lines


@row("guest-get-disks", "guestinfo --disk", "all disks with the domain's names for them")
def disks(guest: Guest) -> None:
    found = fields(guest.virsh("guestinfo", "--disk"))
    for name in guest.sh("ls /sys/block | grep ^vd").split():
        told = entry(found, "disk", "name", f"/dev/{name}")
        assert (told["partition"], told["alias"]) == ("no", name)
