# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The host's end of a port: a UNIX socket that serves one client after the other."""

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Said = Message | bytes
"""A message, or bytes as they are."""


def line(said: Said) -> bytes:
    """What goes on the wire."""
    return said if isinstance(said, bytes) else json.dumps(said).encode() + b"\n"


class FakePort:
    """One socket; each line of a client is a request, and `hear` is called with it and this."""

    def __init__(
        self,
        path: Path,
        hear: "Callable[[Message, FakePort], None]",
        greeting: Said | None = None,
    ) -> None:
        self.path = path
        self.greeting = greeting
        self.reads = True
        """Whether it reads what a client sends."""
        self.alive = True
        """Whether it greets and hears clients; otherwise they wait in vain."""
        self._hear = hear
        self._client: socket.socket | None = None
        self._listener: socket.socket | None = None
        self.appear()

    def appear(self) -> None:
        """Begin to listen."""
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        threading.Thread(target=self._serve, args=[self._listener], daemon=True).start()

    def say(self, *said: Said) -> None:
        """To whoever is connected; the rest is dropped when it has gone."""
        try:
            for one in said:
                if self._client:
                    self._client.sendall(line(one))
        except OSError:
            pass

    def hang_up(self) -> None:
        """End the connection; the next client is served again."""
        if client := self._client:
            self._client = None
            _shut(client)

    def die(self) -> None:
        """End the connection; no other client is heard."""
        self.alive = False
        self.hang_up()

    def vanish(self) -> None:
        """End the connection; nobody can connect any more."""
        self.path.unlink(missing_ok=True)
        if self._listener:
            _shut(self._listener)
        self.hang_up()

    def _serve(self, listener: socket.socket) -> None:
        try:
            while True:
                client, _ = listener.accept()
                self._client = client
                self._attend(client)
        except OSError:
            listener.close()

    def _attend(self, client: socket.socket) -> None:
        if self.greeting is not None and self.alive:
            self.say(self.greeting)
        with client, client.makefile("rb") as requests:
            try:
                for request in requests if self.reads else _nothing_until_it_ends(client):
                    if self.alive:
                        self._hear(json.loads(request.lstrip(b"\xff")), self)
            except OSError:
                pass


def _nothing_until_it_ends(client: socket.socket) -> list[bytes]:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    threading.Event().wait(10)
    return []


def _shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
