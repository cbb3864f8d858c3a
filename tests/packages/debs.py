# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian packages, as scripts/deb.sh makes them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build")).resolve()
NEXT_VERSION = "0.1.0+next"


@dataclass(frozen=True)
class Packages:
    """A directory with what dpkg-buildpackage makes."""

    directory: Path

    def deb(self, name: str) -> Path:
        """The package of a name."""
        (found,) = self.directory.glob(f"{name}_*.deb")
        return found

    @property
    def all(self) -> "list[Path]":
        """The packages, but those with debug symbols."""
        return sorted(self.directory.glob("*.deb"))

    @property
    def changes(self) -> Path:
        """What lintian reads."""
        (found,) = self.directory.glob("*.changes")
        return found


def make_packages(directory: Path, *options: str) -> Packages:
    """Run scripts/deb.sh."""
    command = [TOP / "scripts/deb.sh", "--output", directory, *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return Packages(directory)
