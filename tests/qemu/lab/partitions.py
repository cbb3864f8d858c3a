# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk image in parts, each of which can be a device of this machine for a while. Needs root.

Parts are reached by their offset, for not every machine makes devices for a loop device's parts.
"""

import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

from .run import run

FIRST_MB = 1
"""What lies before the first part: the table, and the boot loader that BIOS starts."""
LAST_MB = 1


@dataclass(frozen=True)
class Part:
    """A part of a disk."""

    kind: str
    """As sfdisk calls it: L for Linux, S for swap, U for UEFI."""
    start_mb: int
    size_mb: int


def parts(sizes: "Sequence[tuple[str, int]]") -> list[Part]:
    """Kinds and sizes, one behind the other."""
    found: list[Part] = []
    start = FIRST_MB
    for kind, size in sizes:
        found.append(Part(kind, start, size))
        start += size
    return found


def write_table(disk: Path, label: str, wanted: Sequence[Part]) -> None:
    """Make the disk, sparse, with a table of these parts."""
    end = wanted[-1].start_mb + wanted[-1].size_mb + LAST_MB
    run("truncate", "-s", f"{end}M", disk)
    lines = [f"{part.start_mb}M,{part.size_mb}M,{part.kind}" for part in wanted]
    table = "\n".join([f"label: {label}", *lines])
    subprocess.run(["/sbin/sfdisk", "-q", disk], input=table, text=True, check=True)


@contextmanager
def device(disk: Path, part: Part) -> Iterator[Path]:
    """The part as a block device."""
    where = [f"--offset={part.start_mb << 20}", f"--sizelimit={part.size_mb << 20}"]
    found = Path(run("/sbin/losetup", "--find", "--show", *where, disk))
    try:
        yield found
    finally:
        run("/sbin/losetup", "--detach", found)



@contextmanager
def mounted(source: Path) -> Iterator[Path]:
    """What is on a block device."""
    with tempfile.TemporaryDirectory(prefix="mnt-") as directory:
        run("mount", source, directory)
        try:
            yield Path(directory)
        finally:
            run("umount", directory)
