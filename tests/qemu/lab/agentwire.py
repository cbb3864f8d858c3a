# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The QEMU guest agent's wire protocol, as a test wants to speak it.

Written from the protocol's description alone and sharing nothing with the
programs under test, so a mistake there cannot hide behind the same one here.
"""

import json
import secrets
from pathlib import Path
from typing import Any

from .stream import Deadline, Stream

SENTINEL = b"\xff"
Message = dict[str, Any]


class AgentError(Exception):
    """The agent answered with an error."""

    def __init__(self, error: Message) -> None:
        super().__init__(f"{error.get('class')}: {error.get('desc')}")
        self.error = error


class AgentWire:
    """One connection to an agent; every wait has a deadline."""

    def __init__(self, path: Path, timeout: float = 10.0) -> None:
        self.events: list[Message] = []
        """Events received so far, in order."""
        self._stream = Stream(path, timeout)

    def __enter__(self) -> "AgentWire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def sync(self, timeout: float = 30.0) -> int:
        """Find the start of a message on a line in any state; what synced it."""
        token = secrets.randbelow(1 << 31)
        self._stream.send(SENTINEL)
        self.send("guest-sync-delimited", {"id": token})
        deadline = Deadline(timeout)
        while True:
            self._stream.read_until(SENTINEL, deadline)
            if self.receive(deadline.left()) == {"return": token}:
                return token

    def request(
        self,
        execute: str,
        arguments: Message | None = None,
        id: Any = None,
        timeout: float = 10.0,
    ) -> Any:
        """What a command returns; AgentError if it fails."""
        self.send(execute, arguments, id)
        reply = self.reply(timeout)
        if id is not None and reply.get("id") != id:
            raise ValueError(f"an answer to something else: {reply}")
        if "error" in reply:
            raise AgentError(reply["error"])
        return reply["return"]

    def send(self, execute: str, arguments: Message | None = None, id: Any = None) -> None:
        """Send a command and do not wait."""
        message: Message = {"execute": execute}
        if arguments is not None:
            message["arguments"] = arguments
        if id is not None:
            message["id"] = id
        self.send_raw(json.dumps(message).encode() + b"\n")

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._stream.send(data)

    def reply(self, timeout: float = 10.0) -> Message:
        """The next message that is not an event."""
        deadline = Deadline(timeout)
        while "event" in (message := self.receive(deadline.left())):
            pass
        return message

    def receive(self, timeout: float = 10.0) -> Message:
        """The next message; an event is also kept in `events`."""
        line = self._stream.read_line(Deadline(timeout))
        message = json.loads(line.lstrip(SENTINEL))
        if "event" in message:
            self.events.append(message)
        return message

    def wait_event(self, name: str, timeout: float = 60.0, since: int = 0) -> Message:
        """The first event of that name among ``events[since:]``, now or to come."""
        deadline = Deadline(timeout)
        while not (found := self._find(name, since)):
            self.receive(deadline.left())
        return found

    def _find(self, name: str, since: int) -> Message | None:
        return next((event for event in self.events[since:] if event["event"] == name), None)
