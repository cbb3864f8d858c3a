# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands in the guest, over its second serial port.

The line survives the guest's sleep, but bytes sent while the guest is not
looking may be lost. So every command is preceded by a hello, repeated until
the guest answers; only then is the command sent, once.
"""

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

from .stream import Deadline, Stream

HELLO_PATIENCE = 0.5
"""Seconds to wait for the answer to the first hello before saying it again; then twice as long each
time, or a slow guest gets hellos faster than it can answer them."""


@dataclass(frozen=True)
class Completed:
    """A command's standard output and error, in one, and its exit status."""

    stdout: str
    returncode: int

    def check(self) -> str:
        """The output without trailing blanks, if the command succeeded."""
        if self.returncode:
            raise RuntimeError(f"exit status {self.returncode}: {self.stdout}")
        return self.stdout.rstrip()


class GuestShell:
    """The harness's end of the guest's ``shell`` script."""

    def __init__(self, path: Path) -> None:
        self._stream = Stream(path)

    def close(self) -> None:
        """Hang up; the guest's end stays."""
        self._stream.close()

    def run(self, command: str, timeout: float, awake: bool = False) -> Completed:
        """Run a command line of any shape; TimeoutError if it takes too long.

        Of a guest that is known to be `awake` nothing is asked first, which saves time.
        """
        deadline = Deadline(timeout)
        if not awake:
            self.hello(deadline)
        try:
            return self._result(self._ask(command), deadline)
        except TimeoutError:
            raise TimeoutError(f"still running after {timeout} s: {command}") from None

    def hello(self, deadline: Deadline) -> None:
        """Return once the guest listens."""
        patience = HELLO_PATIENCE
        while True:
            try:
                self._result(self._ask(""), Deadline(min(patience, deadline.left())))
                return
            except TimeoutError:
                patience *= 2
                if deadline.passed():
                    raise TimeoutError("the guest's shell does not answer") from None

    def _ask(self, command: str) -> str:
        token = secrets.token_hex(8)
        code = base64.b64encode(command.encode()).decode()
        self._stream.send(f"\n{token} {code}\n".encode())
        return token

    def _result(self, token: str, deadline: Deadline) -> Completed:
        self._stream.read_until(f"begin-{token}\n".encode(), deadline)
        output = self._stream.read_until(f"\nend-{token} ".encode(), deadline)
        status = self._stream.read_line(deadline)
        return Completed(output.decode(errors="replace"), int(status))
