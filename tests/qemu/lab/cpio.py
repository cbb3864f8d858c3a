# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A writer for cpio's "newc" format, the one the kernel unpacks at boot.

Written here, because an archive made without cpio(1) needs no root, owns
everything as root and is the same, byte for byte, from the same contents.
"""

import stat
from pathlib import PurePosixPath

Entry = tuple[int, bytes]
"""Mode, with the file type bits, and contents (for a link, its target)."""


class Archive:
    """A file tree in memory, with parents made as needed."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def directory(self, path: str, mode: int = 0o755) -> None:
        """Add a directory."""
        self._add(path, stat.S_IFDIR | mode, b"")

    def file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Add a regular file."""
        self._add(path, stat.S_IFREG | mode, content)

    def symlink(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    def pack(self) -> bytes:
        """The archive's bytes."""
        entries = [_record(name, *entry) for name, entry in self._entries.items()]
        return b"".join(entries) + _record("TRAILER!!!", 0, b"")

    def _add(self, path: str, mode: int, content: bytes) -> None:
        name = PurePosixPath("/", path).relative_to("/")
        for parent in reversed(name.parents[:-1]):
            self._entries.setdefault(str(parent), (stat.S_IFDIR | 0o755, b""))
        self._entries[str(name)] = (mode, content)


def _record(name: str, mode: int, content: bytes) -> bytes:
    fields = [0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name.encode()) + 1, 0]
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + name.encode() + b"\0") + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
