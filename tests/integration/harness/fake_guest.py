# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest as the host sees it: an agent on its ports, QEMU on QMP. Honest until told otherwise."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .fake_port import FakePort, Message

EVENTS = {"slept": "HYPNOS_RESUMED", "s2idle": "HYPNOS_RESUMED", "image-lost": "HYPNOS_IMAGE_LOST"}
"""By outcome; all others: HYPNOS_SUSPEND_FAILED."""

PHASES = ("requested", "checked", "hooks-run", "entering", "returned", "refreshed", "finished")

Lie = Callable[["FakeGuest", Message], None]
"""What happens in place of the honest answer to a request."""


def boottime_us() -> int:
    """The host's."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def event(name: str, data: Message, age: float = 0) -> Message:
    """An event in QMP's form, so many seconds old."""
    now = time.time() - age
    stamp = {"seconds": int(now), "microseconds": int(now % 1 * 1e6)}
    return {"event": name, "data": data, "timestamp": stamp}


class FakeGuest:
    """What it does when asked to sleep is `lies["hypnos-suspend"]`, made of the steps below."""

    def __init__(self, home: Path, mode: str, ports: str, qmp: bool) -> None:
        self.mode = mode
        self.boot_id = str(uuid.uuid4())
        self.transaction = ""
        self.last: Message | None = None
        self.run_state = "running"
        self.lies: dict[str, Lie] = {}
        self.request: Message = {}
        """The one to sleep."""
        self.asked: FakePort | None = None
        """By whom the last request came."""
        self._subscribed = False
        self._answers: dict[str, Callable[[], Any]] = {
            "hypnos-status": self.status,
            "hypnos-subscribe": self._subscribe,
            "guest-get-time": time.time_ns,
            "guest-set-time": dict,
            "qmp_capabilities": dict,
            "query-status": self._state,
        }
        self.agent = FakePort(home / "a", self._hears) if "agent" in ports else None
        self.power = FakePort(home / "p", self._hears) if "power" in ports else None
        greeting: Message = {"QMP": {"version": {}, "capabilities": []}}
        self.qmp = FakePort(home / "q", self._hears, greeting) if qmp else None

    @property
    def name(self) -> str:
        """For hypnosctl."""
        named = {"qmp": self.qmp, "agent": self.agent, "power": self.power}
        return ",".join(f"{name}={port.path}" for name, port in named.items() if port)

    @property
    def ports(self) -> list[FakePort]:
        """Those of the agent."""
        return [port for port in (self.agent, self.power) if port]

    @property
    def control(self) -> FakePort:
        """Where requests come."""
        return self.ports[0]

    def end(self) -> None:
        """Leave nothing behind."""
        for port in (*self.ports, *([self.qmp] if self.qmp else [])):
            port.vanish()

    # Steps of the agent.

    def reply(self, said: Any, **more: Any) -> None:
        """To the request to sleep."""
        self.control.say({"return": said, "id": self.request["id"], **more})

    def accept(self) -> None:
        self.reply({"accepted": True, "transaction": self.transaction})

    def refuse(self, desc: str = "no", **data: Any) -> None:
        error = {"class": "GenericError", "desc": desc, "data": data}
        self.control.say({"error": error, "id": self.request["id"]})

    def tell(self, name: str, data: Message) -> None:
        """An event, to those who subscribed."""
        if self.power:
            self.power.say(event(name, data))
        if self.agent and self._subscribed:
            self.agent.say(event(name, data))

    def announce(self) -> None:
        begun = {"boot-id": self.boot_id, "transaction": self.transaction, "mode": self.mode}
        self.tell("HYPNOS_SUSPENDING", {"seq": 2, "initiator": "host", "phases": [], **begun})

    def ended(self, outcome: str, **changes: Any) -> Message:
        """A record."""
        now = boottime_us()
        return {
            "boot-id": self.boot_id,
            "transaction": self.transaction,
            "mode": self.mode,
            "initiator": "host",
            "outcome": outcome,
            "slept-ms": 1000,
            "hooks": [],
            "seq": 3,
            "error": "the agent's reason",
            "phases": [{"name": name, "boottime-us": now} for name in PHASES],
            **changes,
        }

    def record(self, outcome: str, **changes: Any) -> None:
        """The transaction is over."""
        self.last = self.ended(outcome, **changes)
        self.tell(EVENTS.get(str(outcome), "HYPNOS_SUSPEND_FAILED"), self.last)

    def agent_dies(self) -> None:
        for port in self.ports:
            port.die()

    def agent_returns(self) -> None:
        for port in self.ports:
            port.alive = True

    def ports_hang_up(self) -> None:
        for port in self.ports:
            port.hang_up()

    # Steps of the machine.

    def qemu_says(self, name: str, age: float = 0, **data: Any) -> None:
        if self.qmp:
            self.qmp.say(event(name, data, age))

    def sleep(self) -> None:
        """As asked for."""
        if self.mode == "disk":
            self.qemu_says("SUSPEND_DISK")
            return self.power_off()
        self.run_state = "suspended"
        return self.qemu_says("SUSPEND")

    def power_off(self) -> None:
        self.qemu_says("SHUTDOWN", guest=True, reason="guest-shutdown")
        self.end()

    def wake(self) -> None:
        """By an alarm, or by being started again."""
        self.run_state = "running"
        self.qemu_says("WAKEUP")
        if self.mode == "disk":
            self.start()

    def start(self) -> None:
        for port in (*self.ports, *([self.qmp] if self.qmp else [])):
            port.appear()

    def boot_afresh(self) -> None:
        self.boot_id = str(uuid.uuid4())
        self.start()

    # Answers.

    def honestly(self, request: Message) -> None:
        """Answer it as it should be."""
        command = request["execute"]
        assert self.asked
        if command == "guest-sync-delimited":
            return self.asked.say(b"\xff", {"return": request["arguments"]["id"]})
        if command in self._answers:
            reply = {"return": self._answers[command](), "id": request["id"]}
        else:
            error = {"class": "CommandNotFound", "desc": "what is that?"}
            reply = {"error": error, "id": request["id"]}
        return self.asked.say(reply)

    def status(self) -> Message:
        """hypnos-status."""
        return {
            "state": "idle",
            "version": "1",
            "boot-id": self.boot_id,
            "boottime-us": boottime_us(),
            "last-seq": 3,
            "resume-count": 0,
            **({"last": self.last} if self.last else {}),
        }

    def _hears(self, request: Message, port: FakePort) -> None:
        self.asked = port
        command = request["execute"]
        if command == "hypnos-suspend":
            self.request = request
            self.transaction = request["arguments"]["transaction"]
        self.lies.get(command, FakeGuest.honestly)(self, request)

    def _subscribe(self) -> Message:
        self._subscribed = True
        return {"boot-id": self.boot_id, "last-seq": 0}

    def _state(self) -> Message:
        return {"status": self.run_state, "running": self.run_state == "running"}
