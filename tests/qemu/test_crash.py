# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""SIGKILL at each boundary of an effect: the next agent finishes what this one began.

An unchanged agent runs with `tests/support/crash_at.cpp` preloaded, which counts the lines "effect
NAME" and "effect NAME done" and kills the agent at the one that the test has chosen.
"""

import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pytest
from lab import (
    POWER_PORT,
    AgentWire,
    Contents,
    Image,
    Vm,
    build_image,
    find_kernel,
    wait_until,
)

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

NEVER = 1_000_000
"""A point that is not reached: the whole transaction passes, and its points are written down."""

TERMINAL = {"HYPNOS_RESUMED", "HYPNOS_SUSPEND_FAILED", "HYPNOS_IMAGE_LOST"}
HOOKS = ("10-first", "20-second")
HOOK = """#!/bin/sh
echo "${0##*/} $1" >>/data/hooks.log
[ "$1" = post ] || [ ! -e /run/veto ] || [ "${0##*/}" != 20-second ] || exit 1
[ "$1" = post ] || [ ! -e /run/slow ] || exec sleep 60
"""


@pytest.fixture(scope="session")
def image() -> Image:
    """Guests whose agent can be killed at a chosen point."""
    agent = Path(os.environ["HYPNOS_AGENT"])
    shim = Path(os.environ["HYPNOS_BUILD"]) / "tests/support/libcrash_at.so"
    guest_agent = "/usr/sbin/hypnos-agent"
    hooks = {f"etc/hypnos/sleep.d/{name}": (HOOK, 0o755) for name in HOOKS}
    contents = Contents(
        programs={guest_agent: agent},
        agent=["/bin/env", "LD_PRELOAD=/lib/crash_at.so", guest_agent],
        files={"lib/crash_at.so": (shim.read_bytes(), 0o755), **hooks},
    )
    return build_image(find_kernel(), contents)


@dataclass
class Aftermath:
    """What is to be seen once the next agent is idle."""

    points: list[str]
    """The boundaries that were passed, the last one being where it was killed."""
    slept: bool
    """QEMU has seen a sleep."""
    ended: list[dict[str, Any]]
    """The data of the events that ended the transaction."""
    hooks: list[str]
    """Calls of hooks, in order."""


class Patient:
    """A guest whose agent dies again and again."""

    def __init__(self, vm: Vm) -> None:
        self.vm = vm
        self.woken = 0

    def pid(self) -> str:
        return self.vm.sh("cat /run/agent.pid", timeout=3).check()

    def crash(self, point: int, ask: Callable[[AgentWire, str], None]) -> Aftermath:
        """Kill the agent at a point of what `ask` asks for, and let the next one finish."""
        self.vm.sh("rm -f /data/hooks.log /run/crash-points; echo s2idle >/sys/power/mem_sleep")
        before, seen = self.pid(), len(self.vm.qmp.events)
        self.vm.sh(f"echo {point} >/run/crash-at").check()
        transaction = str(uuid.uuid4())
        with self.vm.connect(POWER_PORT) as power:
            power.sync()
            ask(power, transaction)
            self.live_on(before)
        ended = self.ended(transaction)
        slept = any(event.name.startswith("SUSPEND") for event in self.vm.qmp.events[seen:])
        hooks = self.vm.sh("cat /data/hooks.log 2>/dev/null").stdout.split("\n")
        points = self.vm.sh("cat /run/crash-points").stdout.splitlines()
        return Aftermath(points, slept, ended, [line for line in hooks if line])

    def live_on(self, killed: str) -> None:
        """Wake the guest if it sleeps, until another agent runs, or none was killed."""

        def another() -> bool:
            if self.vm.qmp.status() == "suspended":
                self.vm.qmp.wake()
            try:
                chosen = self.vm.sh("cat /run/crash-at 2>/dev/null", timeout=1).stdout.strip()
                return self.pid() != killed or (chosen == str(NEVER) and self.is_idle())
            except TimeoutError:
                return False

        wait_until(another, 60, "no other agent")

    def is_idle(self) -> bool:
        log = self.vm.sh("grep -c 'suspend ended' /run/agent.log", timeout=1).stdout.strip()
        return int(log or 0) > 0

    def ended(self, transaction: str) -> list[dict[str, Any]]:
        """Once the agent is idle."""
        with self.vm.connect(POWER_PORT) as power:
            power.sync(30)
            wait_until(lambda: power.request("hypnos-status")["state"] == "idle", 30)
            events = power.request("hypnos-events")["events"]
        return [
            event["data"]
            for event in events
            if event["event"] in TERMINAL and event["data"]["transaction"] == transaction
        ]

    def nothing_is_left(self) -> None:
        """No marker, no notes, no alarm, and the settings as they were."""
        left = "ls /var/lib/hypnos /run/hypnos/hooks 2>/dev/null | grep -v : | grep ."
        assert self.vm.sh(left).stdout == ""
        assert self.vm.sh("cat /sys/class/rtc/rtc0/wakealarm").stdout.strip() == ""
        assert "[s2idle]" in self.vm.sh("cat /sys/power/mem_sleep").stdout
        assert self.vm.sh("ps | grep '[s]leep.d'").stdout == ""


def each_undone_once(hooks: list[str]) -> None:
    """Every `pre` has one `post`, in reverse order."""
    pre = [line.split()[0] for line in hooks if line.endswith(" pre")]
    post = [line.split()[0] for line in hooks if line.endswith(" post")]
    assert post == pre[::-1], hooks
    assert len(set(pre)) == len(pre), hooks


def ram_with_alarm(power: AgentWire, transaction: str) -> None:
    """A sleep with everything: hooks, an alarm, a wake."""
    arguments = {"mode": "ram", "transaction": transaction, "wake-after-ms": 600_000}
    power.send("hypnos-suspend", arguments, id="sleep")


def points_of(patient: Patient, ask: Callable[[AgentWire, str], None]) -> list[str]:
    """The boundaries that a transaction passes when nobody is killed."""
    whole = patient.crash(NEVER, ask)
    patient.vm.sh("rm -f /run/crash-at").check()
    killed = patient.pid()
    patient.vm.sh(f"kill -9 {killed}").check()  # the next one counts from 0
    wait_until(lambda: patient.pid() != killed)
    return whole.points


@pytest.fixture
def patient(vm_factory: MakeVm) -> Patient:
    return Patient(vm_factory(data_mb=64).wait_ready())


def test_a_ram_sleep_survives_sigkill_at_every_boundary(patient: Patient) -> None:
    points = points_of(patient, ram_with_alarm)
    assert len(points) > 40
    prepared = points.index("effect Persist")
    for number in range(1, len(points) + 1):
        after = patient.crash(number, ram_with_alarm)
        where = f"killed at point {number}: {points[number - 1]}"
        print(where, [end["outcome"] for end in after.ended], after.hooks)
        assert after.points == points[:number], where
        each_undone_once(after.hooks)
        # Before anything was prepared there is nothing to tell, and nobody was told otherwise.
        expected = 0 if number <= prepared + 1 else 1
        assert len(after.ended) == expected, (where, after.ended)
        for end in after.ended:
            assert (end["outcome"] == "slept") == after.slept, (where, end)
        patient.nothing_is_left()
