# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files of one guest on the host."""

import os
import subprocess
from pathlib import Path

from .spec import AGENT_PORT, POWER_PORT, Spec


class GuestDirectory:
    """The files of one guest: what makes two QEMU processes the same machine."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.swap = self.path / "swap.img"
        self.data = self.path / "data.img"
        self.qmp = self.path / "qmp.sock"
        self.qmp2 = self.path / "qmp2.sock"
        self.shell = self.path / "shell.sock"
        self.serial = self.path / "serial.log"
        self.errors = self.path / "qemu.log"

    def port(self, name: str) -> Path:
        """The host's socket of a virtio-serial port."""
        short = {AGENT_PORT: "agent", POWER_PORT: "power"}
        return self.path / f"{short.get(name, name)}.sock"


def make_disks(spec: Spec, home: GuestDirectory) -> None:
    """Make the disks that are not there yet; what is on them decides what wakes."""
    if spec.swap_mb and not home.swap.exists():
        _sparse(home.swap, spec.swap_mb)
    if spec.data_mb and not home.data.exists():
        _sparse(home.data, spec.data_mb)
        _format(home.data)


def _sparse(path: Path, megabytes: int) -> None:
    path.touch()
    os.truncate(path, megabytes << 20)


def _format(path: Path) -> None:
    subprocess.run(["/sbin/mkfs.ext4", "-q", path], check=True)
