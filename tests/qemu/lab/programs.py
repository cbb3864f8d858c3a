# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small C programs that bring a guest into a state no shell can."""

import hashlib
import subprocess
from pathlib import Path

from .cache import cached

SOURCES = Path(__file__).parent / "programs"


def compiled(name: str) -> Path:
    """The static program made from ``programs/NAME.c``; made once for each source."""
    source = SOURCES / f"{name}.c"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    return cached(f"program-{name}-{digest}", lambda draft: _compile(source, draft)) / name


def _compile(source: Path, directory: Path) -> None:
    command = ["cc", "-static", "-Os", "-Wall", "-Werror", "-o", directory / source.stem, source]
    subprocess.run(command, check=True)
