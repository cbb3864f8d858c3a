# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of the agent's protocol. All that it reads is judged by libvirt's rules."""

import json
import socket
import time
from types import TracebackType
from typing import Any

from .line_judge import SENTINEL, LineJudge
from .waiting import PATIENCE

Message = dict[str, Any]


class Client:
    """One connection; every wait has a deadline."""

    def __init__(self, connection: socket.socket, judged: bool = True) -> None:
        self.events: list[Message] = []
        self._socket = connection
        self._buffer = bytearray()
        self._judge = LineJudge() if judged else None

    @classmethod
    def unix(cls, path: object, judged: bool = True) -> "Client":
        """Connect to a socket that somebody listens on."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))  # waits for room in the backlog
        return cls(connection, judged)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def close_sending_side(self) -> None:
        """Say that no more requests will come."""
        self._socket.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._judge and b"guest-sync-delimited" in data:
            self._judge.expect_delimited()
        self._socket.settimeout(PATIENCE)
        self._socket.sendall(data)

    def request(self, execute: str, arguments: Message | None = None, **more: Any) -> None:
        """Send a request and do not wait."""
        message: Message = {"execute": execute, **more}
        if arguments is not None:
            message["arguments"] = arguments
        self.send(json.dumps(message).encode() + b"\n")

    def ask(self, execute: str, arguments: Message | None = None, **more: Any) -> Message:
        """Send a request; its reply."""
        self.request(execute, arguments, **more)
        return self.reply()

    def result(self, execute: str, arguments: Message | None = None) -> Any:
        """Send a request; what it returns."""
        reply = self.ask(execute, arguments)
        assert "return" in reply, reply
        return reply["return"]

    def error(self, execute: str, arguments: Message | None = None) -> Message:
        """Send a request; the error it gets."""
        reply = self.ask(execute, arguments)
        assert "error" in reply, reply
        return reply["error"]

    def ping(self) -> None:
        """Find out whether the next good request is answered."""
        assert self.ask("guest-ping", id="ping") == {"return": {}, "id": "ping"}

    def line(self, seconds: float = PATIENCE) -> bytes:
        """The next line, without its end."""
        end = time.monotonic() + seconds
        searched = 0
        while (length := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            self._receive(end - time.monotonic())
        line = bytes(self._buffer[:length])
        del self._buffer[: length + 1]
        return line

    def message(self, seconds: float = PATIENCE) -> Message:
        """The next message; events are also kept in `events`."""
        message = json.loads(self.line(seconds).lstrip(SENTINEL))
        if "event" in message:
            self.events.append(message)
        return message

    def reply(self, seconds: float = PATIENCE) -> Message:
        """The next message that is no event."""
        while "event" in (message := self.message(seconds)):
            pass
        return message

    def event(self, name: str, seconds: float = PATIENCE) -> Message:
        """The next event of that name."""
        while (message := self.message(seconds)).get("event") != name:
            pass
        return message

    def replies_until_sync(self, token: int) -> list[Message]:
        """All messages before the reply to a guest-sync with that number."""
        replies = []
        while (message := self.message()) != {"return": token}:
            replies.append(message)
        return replies

    def silent_until_sync(self, token: int) -> bool:
        """Whether nothing but the reply to this guest-sync comes."""
        self.request("guest-sync", {"id": token})
        return self.replies_until_sync(token) == []

    def hung_up(self) -> bool:
        """Read on; whether the agent ends the connection."""
        try:
            while True:
                self._receive(PATIENCE)
        except ConnectionError:
            return True

    def _receive(self, seconds: float) -> None:
        self._socket.settimeout(max(seconds, 0.001))
        data = self._socket.recv(1 << 16)
        if self._judge:
            self._judge.feed(data)
        if not data:
            if self._judge:
                self._judge.finish()
            raise ConnectionResetError("the agent hung up")
        self._buffer += data
