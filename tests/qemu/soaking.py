# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest that sleeps over and over, and what its agent says beside what others saw.

Others are: QEMU (did the machine stop and go on), the guest's kernel (its log, its boot id), and a
writer in the guest whose file tells whether a line got lost.
"""

import os
import random
import subprocess
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab import (
    POWER_PORT,
    Contents,
    GuestDirectory,
    Image,
    Spec,
    Vm,
    build_image,
    find_kernel,
    wait_until,
)
from lab.stream import Deadline

AGENT = "/usr/sbin/hypnos-agent"

HOOK = """#!/bin/sh
[ "$1" = pre ] || exit 0
[ ! -e /run/veto ] || exit 1
[ ! -e /run/slow ] || exec sleep 60
"""

MODULUS = 1_000_000_007

WRITER = f"""(n=0; s=0
while [ ! -e /run/stop ]; do
    n=$((n + 1)); s=$(((s * 31 + n) % {MODULUS}))
    echo "$n $s" >>/data/lines
    [ $((n % 16)) -ne 0 ] || sync
    usleep 10000
done; touch /run/stopped) >/dev/null 2>&1 &"""
"""Each line has its number and a sum over all numbers until then."""

READER = f"""awk '{{ n += 1; s = (s * 31 + n) % {MODULUS}; if ($1 != n || $2 != s) bad += 1 }}
END {{ print n + 0, bad + 0 }}' /data/lines"""

LOOK = """
cat /proc/sys/kernel/random/boot_id
tail -n 1 /data/lines | cut -d' ' -f1
dmesg -c >/run/kernel.log
grep -cE 'PM: (suspend entry \\(deep\\)|hibernation: hibernation entry)' /run/kernel.log
grep -cE 'PM: (suspend exit|hibernation: hibernation exit)' /run/kernel.log
grep -ciE 'ext4.*error|I/O error|BUG:|WARNING:' /run/kernel.log
rm -f /run/veto /run/slow
true
"""

SLEEPS = ("ram", "disk")
UPSETS = {"veto": "touch /run/veto", "cancel": "touch /run/slow", "late cancel": ""}
"""Sleeps in RAM that something comes in between of, and how the guest is prepared for it."""

TERMINAL = {"HYPNOS_RESUMED", "HYPNOS_SUSPEND_FAILED", "HYPNOS_IMAGE_LOST"}


def soak_image() -> Image:
    """What the guest boots."""
    contents = Contents(
        programs={AGENT: Path(os.environ["HYPNOS_AGENT"])},
        agent=[AGENT],
        files={"etc/hypnos/sleep.d/10-soak": (HOOK, 0o755)},
    )
    return build_image(find_kernel(), contents)


@dataclass
class Attempt:
    """One request, and what came of it."""

    kind: str
    """One of `SLEEPS` or `UPSETS`."""
    transaction: str = field(default_factory=lambda: str(uuid.uuid4()))
    slept: bool = False
    """QEMU has seen it."""
    replies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """To the requests, by their id."""
    live: list[dict[str, Any]] = field(default_factory=list)
    """Events as they came."""
    log: list[dict[str, Any]] = field(default_factory=list)
    """The same by the agent's log."""
    seen: list[str] = field(default_factory=list)
    """What `LOOK` printed."""
    asked_at: float = 0
    asleep_at: float = 0
    woken_at: float = 0
    ended_at: float = 0

    @property
    def mode(self) -> str:
        """What is asked for."""
        return "disk" if self.kind == "disk" else "ram"

    @property
    def cancelled(self) -> bool:
        """The agent has said yes to the cancel."""
        return "return" in self.replies.get("cancel", {})

    @property
    def was_prepared(self) -> bool:
        """A cancel may come before anything was."""
        return any(event["event"] in TERMINAL for event in self.log) or self.kind != "late cancel"

    @property
    def refusal(self) -> str:
        """The outcome that the reply tells, if it is a refusal."""
        error = self.replies.get("sleep", {}).get("error", {})
        return str(error.get("data", {}).get("outcome", ""))


def ends(events: list[dict[str, Any]], transaction: str) -> list[dict[str, Any]]:
    """Those that end a transaction."""
    return [
        event
        for event in events
        if event["event"] in TERMINAL and event["data"].get("transaction") == transaction
    ]


class Sleeper:
    """The guest."""

    def __init__(self, machine: str, home: Path, chance: random.Random) -> None:
        spec = Spec(soak_image(), machine=machine, data_mb=64)
        self.vm = Vm(spec, GuestDirectory(home)).start().wait_ready()
        self._chance = chance
        self._power = self.vm.connect(POWER_PORT)
        self._power.sync(30)
        self.seq: int = self._power.request("hypnos-status")["last-seq"]
        self.vm.sh(f"dmesg -c >/run/kernel.log; {WRITER}").check()
        self.boot_id = self.vm.sh("cat /proc/sys/kernel/random/boot_id").check()

    def attempt(self, kind: str) -> Attempt:
        """Ask for a sleep and see it through."""
        attempt = Attempt(kind)
        self.vm.sh(UPSETS.get(kind) or "true").check()
        self._power.events.clear()
        seen = len(self.vm.qmp.events)
        self._ask(attempt)
        if kind == "disk":
            self._come_back_from_disk(attempt, seen)
        self._see_it_end(attempt, seen)
        attempt.live += self._power.events
        attempt.log = self._power.request("hypnos-events", {"since": self.seq})["events"]
        attempt.seen = self.vm.sh(LOOK, 30).check().splitlines()
        return attempt

    def _ask(self, attempt: Attempt) -> None:
        attempt.asked_at = time.monotonic()
        arguments = {"mode": attempt.mode, "transaction": attempt.transaction}
        self._power.send("hypnos-suspend", arguments, id="sleep")
        if attempt.kind == "cancel":
            wait_until(lambda: self._power.request("hypnos-status")["state"] == "preparing", 30)
        elif attempt.kind == "late cancel":
            time.sleep(self._chance.uniform(0, 0.15))
        if "cancel" in attempt.kind:
            self._power.send("hypnos-cancel", id="cancel")

    def _come_back_from_disk(self, attempt: Attempt, seen: int) -> None:
        event = self.vm.qmp.wait_event("SUSPEND_DISK", 120, seen)
        attempt.slept, attempt.asleep_at = True, event.received
        self.vm.wait_exit()
        self._read_the_rest(attempt)
        attempt.live += self._power.events
        self._power.close()
        attempt.woken_at = time.monotonic()
        self.vm.respawn()
        self._power = self.vm.connect(POWER_PORT)

    def _read_the_rest(self, attempt: Attempt) -> None:
        try:
            while self._receive(attempt, 1):
                pass
        except ConnectionResetError:
            return  # this QEMU is gone

    def _see_it_end(self, attempt: Attempt, seen: int) -> None:
        """Wake it if it sleeps in RAM."""
        expected = {"sleep"} | ({"cancel"} if "cancel" in attempt.kind else set())
        deadline = Deadline(120)
        while not (expected <= attempt.replies.keys() and self._is_over(attempt)):
            if self.vm.qmp.status() == "suspended":
                event = self.vm.qmp.wait_event("SUSPEND", 10, seen)
                attempt.slept, attempt.asleep_at = True, event.received
                time.sleep(self._chance.uniform(0, 0.5))
                attempt.woken_at = time.monotonic()
                self.vm.qmp.wake()
            self._receive(attempt, 0.01)
            if not attempt.ended_at and ends(self._power.events, attempt.transaction):
                attempt.ended_at = time.monotonic()
            if deadline.passed():
                raise TimeoutError(f"{attempt.kind} did not end: {attempt}")

    def _is_over(self, attempt: Attempt) -> bool:
        """A cancel in the check makes no event."""
        if "error" in attempt.replies["sleep"] and not attempt.ended_at:
            return bool(self._power.request("hypnos-status")["state"] == "idle")
        return bool(attempt.ended_at)

    def _receive(self, attempt: Attempt, patience: float) -> bool:
        try:
            message = self._power.receive(patience)
        except TimeoutError:
            return False
        if "event" not in message:
            attempt.replies[message.get("id", "")] = message
        return True

    def verdict_on_the_file(self) -> tuple[int, int]:
        """Lines that the writer has written, by the disk's word, and how many of them are wrong."""
        self.vm.sh("touch /run/stop; until [ -e /run/stopped ]; do usleep 10000; done").check()
        self.vm.sh("sync; echo 3 >/proc/sys/vm/drop_caches", 60).check()
        lines, wrong = self.vm.sh(READER, 120).check().split()
        return int(lines), int(wrong)

    def file_system_is_clean(self) -> bool:
        """By fsck on the host, with the guest off."""
        wait_until(lambda: self.vm.sh("umount /data").returncode == 0)
        self.vm.stop()
        return subprocess.run(["/sbin/fsck.ext4", "-fn", self.vm.home.data]).returncode == 0
