# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting with a deadline, and bytes over a unix socket."""

import socket
import time
from pathlib import Path
from typing import Callable

POLL = 0.02


class Deadline:
    """A moment after which waiting is pointless."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds to go, never less than nothing."""
        return max(0.0, self._end - time.monotonic())

    def passed(self) -> bool:
        """Whether the moment is over."""
        return self.left() == 0.0


def wait_until(
    condition: Callable[[], bool], timeout: float = 10.0, failure: str = "it did not happen"
) -> None:
    """Poll, for what makes no event of its own."""
    deadline = Deadline(timeout)
    while not condition():
        if deadline.passed():
            raise TimeoutError(failure)
        time.sleep(POLL)


class Stream:
    """A connected unix socket, read up to a separator."""

    def __init__(self, path: Path, timeout: float = 5.0) -> None:
        self._socket = _connect(path, Deadline(timeout))
        self._buffer = b""

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def send(self, data: bytes, timeout: float = 5.0) -> None:
        """Send all of `data`."""
        self._socket.settimeout(timeout)
        self._socket.sendall(data)

    def read_line(self, deadline: Deadline) -> bytes:
        """The next line without its end; TimeoutError if it does not come."""
        return self.read_until(b"\n", deadline)

    def read_until(self, separator: bytes, deadline: Deadline) -> bytes:
        """What comes before `separator`, which is consumed."""
        while separator not in self._buffer:
            self._buffer += self._receive(deadline)
        head, _, self._buffer = self._buffer.partition(separator)
        return head

    def _receive(self, deadline: Deadline) -> bytes:
        self._socket.settimeout(max(deadline.left(), 0.001))
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError("the other side hung up")
        return data


def _connect(path: Path, deadline: Deadline) -> socket.socket:
    """Connect as soon as somebody listens."""
    while True:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            peer.settimeout(max(deadline.left(), 0.001))
            peer.connect(str(path))
            return peer
        except (FileNotFoundError, ConnectionRefusedError):
            peer.close()
            if deadline.passed():
                raise
            time.sleep(0.01)
