# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests whose agent is killed at a chosen point, again and again.

The agent is the unchanged one, with `tests/support/crash_at.cpp` preloaded: it counts the lines
"effect NAME" and "effect NAME done", which are the *points*, and kills the agent at the chosen one.
"""

import os
import re
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Sequence

from lab import POWER_PORT, AgentWire, Contents, Image, Vm, build_image, find_kernel, wait_until
from lab.stream import POLL, Deadline

NEVER = 1_000_000
"""A point that is not reached: the whole transaction passes, and its points are written down."""

TERMINAL = {"HYPNOS_RESUMED", "HYPNOS_SUSPEND_FAILED", "HYPNOS_IMAGE_LOST"}
HOOKS = ("10-first", "20-second")

DIED = "LAB AGENT DIED"
HOOK_SLEEPS = "LAB HOOK SLEEPS"

AGENT = "/usr/sbin/hypnos-agent"

KEEPER = f"""#!/bin/busybox sh
while :; do
    LD_PRELOAD=/lib/crash_at.so {AGENT} &
    echo $! >/run/agent.pid
    wait $!
    echo "{DIED}" >/dev/ttyS0
done
"""
"""Starts the agent again at once: init would wait a second."""

HOOK = f"""#!/bin/sh
echo "${{0##*/}} $1" >>/run/hooks.log
[ "$1" = pre ] || exit 0
[ ! -e /run/veto ] || [ "${{0##*/}}" != 20-second ] || exit 1
[ -e /run/slow ] || exit 0
echo "{HOOK_SLEEPS}" >/dev/ttyS0
exec sleep 60
"""

SET_UP = """
rm -f /run/hooks.log /run/crash-at /run/crash-points /run/veto /run/slow
echo s2idle >/sys/power/mem_sleep
"""

LOOK = """
exec 2>/dev/null
echo == hooks; cat /run/hooks.log
echo == points; cat /run/crash-points
echo == left; ls /var/lib/hypnos /run/hypnos/hooks | grep -v : | grep .
echo == alarm; cat /sys/class/rtc/rtc0/wakealarm
echo == setting; cat /sys/power/mem_sleep
echo == processes; ps | grep -E '[s]leep.d|[s]leep 60'
true
"""


def image() -> Image:
    """What such guests boot."""
    shim = Path(os.environ["HYPNOS_BUILD"]) / "tests/support/libcrash_at.so"
    hooks = {f"etc/hypnos/sleep.d/{name}": (HOOK, 0o755) for name in HOOKS}
    contents = Contents(
        programs={AGENT: Path(os.environ["HYPNOS_AGENT"])},
        agent=["/etc/lab/keeper"],
        files={
            "etc/lab/keeper": (KEEPER, 0o755),
            "lib/crash_at.so": (shim.read_bytes(), 0o755),
            **hooks,
        },
    )
    return build_image(find_kernel(), contents)


@dataclass
class Aftermath:
    """What is to be seen once the last agent is idle."""

    slept: bool
    """QEMU has seen a sleep."""
    events: list[dict[str, Any]]
    """What happened since the agent was asked, as the last agent knows it."""
    seen: dict[str, list[str]]
    """Sections of `LOOK`."""
    seq: int
    """Number of the last event before."""

    @property
    def ended(self) -> list[dict[str, Any]]:
        """The data of the events that ended a transaction."""
        return [event["data"] for event in self.events if event["event"] in TERMINAL]

    @property
    def points(self) -> list[str]:
        """The points that were passed, by all agents."""
        return self.seen["points"]

    @property
    def hooks(self) -> list[str]:
        """Calls of hooks, in order."""
        return self.seen["hooks"]


def sections(text: str) -> dict[str, list[str]]:
    """Lines by the heading above them."""
    found = re.findall(r"== (\w+)\n((?:(?!== ).*\n?)*)", text)
    return {name: [line for line in lines.splitlines() if line] for name, lines in found}


class Patient:
    """A guest whose agent dies again and again."""

    def __init__(self, vm: Vm) -> None:
        self.vm = vm
        self.power = vm.connect(POWER_PORT)
        self.power.sync(30)
        self._connection = vm.qmp

    def said(self, text: str) -> int:
        """How often the guest has said so on its console."""
        return self.vm.home.serial.read_bytes().count(text.encode())

    def crash(self, scenario: "Scenario", points: Sequence[int]) -> Aftermath:
        """Kill an agent at a point, the next at the next, and see what the last one does."""
        numbers = "\\n".join(map(str, points)) + "\\n"
        self.vm.sh(f"{SET_UP}{scenario.set_up}\nprintf '{numbers}' >/run/crash-at", 30).check()
        seq = self.power.request("hypnos-status")["last-seq"]
        deaths, seen = self.said(DIED) + len(points), len(self.vm.qmp.events)
        scenario.ask(self, str(uuid.uuid4()))
        slept = self._live_through(scenario, seen, points, deaths)
        events = self._when_idle(seq)
        aftermath = Aftermath(slept, events, sections(self.vm.sh(LOOK, 30).stdout), seq)
        if points[-1] == NEVER:
            self._begin_anew()
        return aftermath

    def _live_through(
        self, scenario: "Scenario", seen: int, points: Sequence[int], deaths: int
    ) -> bool:
        if scenario.to_disk:
            self._come_back_from_disk()
        died = self._is_over if points[-1] == NEVER else lambda: self.said(DIED) >= deaths
        self._stay_awake(died)
        return scenario.to_disk or self.vm.qmp.find("SUSPEND", seen) is not None

    def _stay_awake(self, until: Callable[[], bool]) -> None:
        """Wake the guest whenever it sleeps."""
        deadline = Deadline(60)
        while not until():
            if self.vm.qmp.status() == "suspended":
                self.vm.qmp.wake()
            if deadline.passed():
                raise TimeoutError("nobody was killed, or it did not end")
            time.sleep(POLL)

    def _is_over(self) -> bool:
        """The host has heard the end."""
        try:
            message = self.power.receive(POLL)
        except TimeoutError:
            return False
        return message.get("event") in TERMINAL or message.get("id") == "rehearsal"

    def _come_back_from_disk(self) -> None:
        self.vm.qmp.wait_event("SUSPEND_DISK", timeout=60)
        self.vm.wait_exit()
        self.vm.respawn().wait_shell()
        self.power = self.vm.connect(POWER_PORT)

    def _when_idle(self, seq: int) -> list[dict[str, Any]]:
        self.power.sync(30)
        wait_until(lambda: self.power.request("hypnos-status")["state"] == "idle", 30)
        events: list[dict[str, Any]]
        events = self.power.request("hypnos-events", {"since": seq})["events"]
        return events

    def _begin_anew(self) -> None:
        """With an agent that counts from 0."""
        deaths = self.said(DIED)
        self.vm.sh("rm -f /run/crash-at; kill -9 $(cat /run/agent.pid)").check()
        wait_until(lambda: self.said(DIED) > deaths)
        self.power.sync(30)


Ask = Callable[[Patient, str], None]
"""Makes a guest do it; the text is the transaction."""


@dataclass(frozen=True)
class Scenario:
    """Something in whose course an agent may die."""

    ask: Ask
    set_up: str = ""
    """Commands in the guest, before."""
    to_disk: bool = False
    before: tuple[int, ...] = field(default=())
    """The points at which other agents are killed first."""


def suspend(mode: str, **more: Any) -> Ask:
    """A request of the host."""

    def ask(patient: Patient, transaction: str) -> None:
        arguments = {"mode": mode, "transaction": transaction, **more}
        patient.power.send("hypnos-suspend", arguments, id="sleep")

    return ask


def suspend_and_again(patient: Patient, transaction: str) -> None:
    """The second request comes while no agent runs, and is vetoed if it is taken."""
    agent = patient.vm.sh("cat /run/agent.pid").check()
    keeper = patient.vm.sh(f"sed -n 's/^PPid:.//p' /proc/{agent}/status").check()
    patient.vm.sh(f"kill -STOP {keeper}").check()
    suspend("ram")(patient, transaction)
    is_dead = f"grep -q ') Z' /proc/{agent}/stat"
    wait_until(lambda: patient.vm.sh(is_dead).returncode == 0, 30, "nobody was killed")
    suspend("ram")(patient, str(uuid.uuid4()))
    patient.vm.sh(f"touch /run/veto; kill -CONT {keeper}").check()


def suspend_and_cancel(patient: Patient, transaction: str) -> None:
    """Cancelled while the first hook runs, which takes long."""
    sleeping = patient.said(HOOK_SLEEPS)
    suspend("ram")(patient, transaction)
    wait_until(lambda: patient.said(HOOK_SLEEPS) > sleeping, 30, "no hook runs")
    patient.power.send("hypnos-cancel", id="cancel")


def rehearse(patient: Patient, _: str) -> None:
    """A rehearsal, not a sleep."""
    patient.power.send("hypnos-rehearse", id="rehearsal")


def sleep_locally(patient: Patient, _: str) -> None:
    """Somebody in the guest makes it sleep, past the agent."""
    patient.vm.sh("(usleep 100000; echo mem >/sys/power/state) >/dev/null 2>&1 &").check()
