# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest that does what the library asks of it: an agent and a QEMU on UNIX sockets."""

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Say = Callable[..., None]
"""Sends messages to the client who asked."""
Hear = Callable[[Message, Say], None]


def boottime_us() -> int:
    """The guest's, which is the host's."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


class Port:
    """A socket; each line of a client is a request."""

    def __init__(self, path: Path, hear: Hear, greeting: Iterable[Message] = ()) -> None:
        self.path = path
        self.clients: list[socket.socket] = []
        self._hear, self._greeting = hear, greeting
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def tell(self, *messages: Message) -> None:
        """All clients."""
        for client in list(self.clients):
            self._say(client, *messages)

    def end(self) -> None:
        """Hang up; nobody can connect any more."""
        self.path.unlink(missing_ok=True)
        for end in (self._listener, *self.clients):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _serve(self) -> None:
        with self._listener:
            try:
                while True:
                    client, _ = self._listener.accept()
                    threading.Thread(target=self._attend, args=[client], daemon=True).start()
            except OSError:
                pass

    def _attend(self, client: socket.socket) -> None:
        self._say(client, *self._greeting)
        self.clients.append(client)
        try:
            with client, client.makefile("rb") as requests:
                for line in requests:
                    request = json.loads(line.lstrip(b"\xff"))
                    self._hear(request, lambda *said: self._say(client, *said))
        except OSError:
            pass
        finally:
            self.clients.remove(client)

    @staticmethod
    def _say(client: socket.socket, *messages: Message) -> None:
        try:
            for message in messages:
                sync = b"\xff" if "id" not in message and "return" in message else b""
                client.sendall(sync + json.dumps(message).encode() + b"\n")
        except OSError:
            pass


class SleepyGuest:
    """`answers` has, by command, what it says in place of what a good guest would."""

    def __init__(self, home: Path, ports: str = "agent", qmp: bool = True) -> None:
        self.boot_id = str(uuid.uuid4())
        self.run_state = "running"
        self.heard: list[Message] = []
        self.last: Message | None = None
        self.answers: dict[str, Callable[[Message, Say], None]] = {}
        self.wish: Message = {}
        """Arguments of the last hypnos-suspend."""
        self.ports = {name: Port(home / name, self._agent_hears) for name in ports.split(",")}
        if qmp:
            self.ports["qmp"] = Port(home / "qmp", self._qemu_hears, [{"QMP": {}}])

    @property
    def name(self) -> str:
        """For hypnosctl."""
        return ",".join(f"{name}={port.path}" for name, port in self.ports.items())

    def event(self, port: str, name: str, **data: Any) -> None:
        """To all clients of a port."""
        seconds, rest = divmod(time.time_ns() // 1000, 1_000_000)
        stamp = {"seconds": seconds, "microseconds": rest}
        self.ports[port].tell({"event": name, "data": data, "timestamp": stamp})

    def record(self, outcome: str) -> Message:
        """Of the transaction, which is over."""
        transaction = self.wish["transaction"]
        self.last = {"boot-id": self.boot_id, "transaction": transaction, "outcome": outcome}
        returned = {"name": "returned", "boottime-us": boottime_us()}
        self.last.update({"slept-ms": 1000, "mode": self.wish["mode"], "phases": [returned]})
        return self.last

    def wake(self) -> None:
        """As by an alarm."""
        self.record("slept")
        self.run_state = "running"
        self.event("qmp", "WAKEUP")

    def end(self) -> None:
        for port in self.ports.values():
            port.end()

    def _agent_hears(self, request: Message, say: Say) -> None:
        command, arguments = request["execute"], request.get("arguments", {})
        self.heard.append(request)
        if command == "hypnos-suspend":
            self.wish = arguments
        if command in self.answers:
            return self.answers[command](request, say)
        if command == "hypnos-suspend":
            return self._fall_asleep(request, say)
        return say(_reply(request, self._good(arguments)))

    def _good(self, arguments: Message) -> Message:
        last = {"last": self.last} if self.last else {}
        status = {"state": "idle", "boot-id": self.boot_id, "resume-count": 0, **last}
        return {
            "guest-sync-delimited": arguments.get("id"),
            "guest-get-time": time.time_ns(),
            "hypnos-status": {**status, "boottime-us": boottime_us()},
            "hypnos-subscribe": {"boot-id": self.boot_id, "last-seq": 0},
        }

    def _fall_asleep(self, request: Message, say: Say) -> None:
        say(reply(request, {"accepted": True, "transaction": self.wish["transaction"]}))
        if "power" in self.ports:
            data = {"boot-id": self.boot_id, "transaction": self.wish["transaction"], "seq": 1}
            self.event("power", "HYPNOS_SUSPENDING", **data)
        if self.wish["mode"] == "disk":
            self.event("qmp", "SUSPEND_DISK")
            return self.event("qmp", "SHUTDOWN")
        self.run_state = "suspended"
        return self.event("qmp", "SUSPEND")

    def _qemu_hears(self, request: Message, say: Say) -> None:
        state = {"status": self.run_state, "running": self.run_state == "running"}
        good = {"qmp_capabilities": {}, "query-status": state, "system_wakeup": {}}
        say(_reply(request, good))
        if request["execute"] == "system_wakeup":
            self.wake()


def reply(request: Message, value: Any) -> Message:
    """A good one."""
    return {"return": value, **_id(request)}


def error(request: Message, desc: str, **data: Any) -> Message:
    """A bad one."""
    told = {"class": "GenericError", "desc": desc, **({"data": data} if data else {})}
    return {"error": told, **_id(request)}


def _id(request: Message) -> Message:
    """None in the request that synchronises, whose reply begins with 0xFF."""
    return {"id": request["id"]} if "id" in request else {}


def _reply(request: Message, good: Message) -> Message:
    if request["execute"] in good:
        return reply(request, good[request["execute"]])
    unknown = {"class": "CommandNotFound", "desc": "what is that?"}
    return {"error": unknown, **_id(request)}
