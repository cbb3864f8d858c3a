# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the lab keeps what is slow to make.

Entries appear whole or not at all: each is made under a temporary name beside
its final one and renamed, so two test runs may race and the first one wins.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Callable

REPOSITORY = Path(__file__).resolve().parents[3]


def cache_dir() -> Path:
    """The cache: ``$HYPNOS_LAB_CACHE``, or ``build/lab`` in the repository."""
    chosen = os.environ.get("HYPNOS_LAB_CACHE")
    path = Path(chosen) if chosen else REPOSITORY / "build" / "lab"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def cached(name: str, make: Callable[[Path], None]) -> Path:
    """The cache entry `name`; if missing, ``make(directory)`` fills it first."""
    entry = cache_dir() / name
    if not entry.exists():
        _publish(entry, make)
    return entry


def _publish(entry: Path, make: Callable[[Path], None]) -> None:
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=entry.parent))
    try:
        make(draft)
        draft.chmod(0o755)
        _rename_unless_there(draft, entry)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _rename_unless_there(draft: Path, entry: Path) -> None:
    try:
        draft.rename(entry)
    except OSError:
        if not entry.exists():
            raise
