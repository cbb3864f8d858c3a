# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small QMP client that remembers every event and when it came."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .stream import Deadline, Stream


class QmpError(Exception):
    """QEMU refused a command."""


@dataclass(frozen=True)
class Event:
    """A QMP event; `received` is the host's monotonic clock, `happened` QEMU's word by the real one."""

    name: str
    data: dict[str, Any]
    received: float
    happened: float


class Qmp:
    """One connection to a QEMU monitor."""

    def __init__(self, path: Path, timeout: float = 10.0) -> None:
        self.events: list[Event] = []
        """Everything that happened since the connection, in order."""
        self._stream = Stream(path, timeout)
        self._read(Deadline(timeout))
        self.execute("qmp_capabilities")

    def close(self) -> None:
        """Hang up; QEMU does not mind."""
        self._stream.close()

    def execute(self, command: str, timeout: float = 10.0, **arguments: Any) -> Any:
        """What the command returns; QmpError if QEMU refuses it."""
        self._send({"execute": command, "arguments": arguments})
        reply = self._reply(Deadline(timeout))
        if "error" in reply:
            raise QmpError(f"{command}: {reply['error']['desc']}")
        return reply["return"]

    def wait_event(self, name: str, timeout: float = 60.0, since: int = 0) -> Event:
        """The first event of that name among ``events[since:]``, now or to come."""
        deadline = Deadline(timeout)
        while not (found := self.find(name, since)):
            self._read(deadline)
        return found

    def find(self, name: str, since: int = 0) -> Event | None:
        """The first event of that name among ``events[since:]`` seen so far."""
        return next((event for event in self.events[since:] if event.name == name), None)

    def mark(self) -> int:
        """How many events there have been: `since` for what is to come."""
        self.status()
        return len(self.events)

    def status(self) -> str:
        """QEMU's run state: running, suspended, shutdown..."""
        return self.execute("query-status")["status"]

    def wake(self, timeout: float = 10.0) -> Event:
        """Wake the guest from S3 and wait until QEMU says so."""
        mark = len(self.events)
        self.execute("system_wakeup")
        return self.wait_event("WAKEUP", timeout, since=mark)

    def _send(self, message: dict[str, Any]) -> None:
        self._stream.send(json.dumps(message).encode() + b"\n")

    def _reply(self, deadline: Deadline) -> dict[str, Any]:
        while True:
            message = self._read(deadline)
            if "return" in message or "error" in message:
                return message

    def _read(self, deadline: Deadline) -> dict[str, Any]:
        message = json.loads(self._stream.read_line(deadline))
        if "event" in message:
            self.events.append(_event(message))
        return message


def _event(message: dict[str, Any]) -> Event:
    stamp = message["timestamp"]
    happened = stamp["seconds"] + stamp["microseconds"] / 1e6
    return Event(message["event"], message.get("data", {}), time.monotonic(), happened)
