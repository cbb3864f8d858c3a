# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnosctl run against a fake guest: what it said, how long it took, how much memory it needed."""

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .fake_guest import FakeGuest

EXITS = ("done", "failed", "usage", "unreachable", "refused", "timed-out", "differs")
EXIT_OF = {
    "slept": "done",
    "failed": "failed",
    "refused": "refused",
    "cancelled": "refused",
    "timed-out": "timed-out",
    "s2idle": "differs",
    "shut-off-without-image": "differs",
    "woke-early": "differs",
    "image-lost": "differs",
}
"""The exit status that belongs to each."""

LOOK = 0.005
KILL_AFTER = 30.0


@dataclass
class Said:
    """What is to be seen of one run."""

    told: str
    """The outcome; without one, ``!`` and the exit status."""
    text: str
    seconds: float
    memory_kb: int


@dataclass(frozen=True)
class Cell:
    """One guest, one command."""

    verb: str
    mode: str
    ports: str
    """Those of the agent: ``agent``, ``power`` or both."""
    qmp: bool
    prepare: Callable[[FakeGuest], None]
    limit: float

    def run(self) -> Said:
        """In a guest of its own."""
        with tempfile.TemporaryDirectory(prefix="lies-", ignore_cleanup_errors=True) as home:
            guest = FakeGuest(Path(home), self.mode, self.ports, self.qmp)
            self.prepare(guest)
            try:
                return watch(self._command(guest), Path(home))
            finally:
                guest.end()

    def _command(self, guest: FakeGuest) -> list[str]:
        to = ["--to", self.mode] if self.verb == "suspend" else []
        limit = ["--timeout", str(self.limit), "--json"]
        return [os.environ["HYPNOSCTL"], self.verb, guest.name, *to, *limit]


def watch(command: list[str], home: Path) -> Said:
    """Run to the end. The peak of a child's memory as wait4(2) has it counts its parent's, too."""
    begun = time.monotonic()
    memory_kb = 0
    with (home / "out").open("wb") as out, (home / "err").open("wb") as err:
        environment = {**os.environ, "XDG_STATE_HOME": str(home)}
        with subprocess.Popen(command, stdout=out, stderr=err, env=environment) as process:
            while process.poll() is None:
                memory_kb = max(memory_kb, peak_kb(process.pid))
                if time.monotonic() - begun > KILL_AFTER:
                    process.kill()
                time.sleep(LOOK)
    seconds = time.monotonic() - begun
    output = (home / "out").read_text()
    told = meaning(process.returncode, json.loads(output) if output else {})
    return Said(told, output + (home / "err").read_text(), seconds, memory_kb)


def peak_kb(process: int) -> int:
    """The most memory it has had so far."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0


def meaning(status: int, report: "dict[str, object]") -> str:
    """Outcome and exit status must agree."""
    exit_name = EXITS[status] if 0 <= status < len(EXITS) else f"signal {-status}"
    outcome = report.get("outcome")
    if outcome is None:
        return "!" + exit_name
    fits = EXIT_OF[str(outcome)] == exit_name
    return str(outcome) if fits else f"{outcome}, but exit status {exit_name}"
