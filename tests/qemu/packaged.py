# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package hypnos-agent, of what has been built."""

import functools
import os
import subprocess
import tempfile
from pathlib import Path

TOP = Path(__file__).parents[2]


@functools.cache
def _directory() -> "tempfile.TemporaryDirectory[str]":
    """Goes with the process."""
    return tempfile.TemporaryDirectory(prefix="debs-")


@functools.cache
def agent_package() -> Path:
    """The .deb; made once for all tests."""
    directory = _directory().name
    build = os.environ["HYPNOS_BUILD"]
    command = [TOP / "scripts/deb.sh", "--from-build", build, "--output", directory]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return next(Path(directory).glob("hypnos-agent_*.deb"))
