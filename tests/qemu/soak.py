#!/usr/bin/python3
# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hundreds of sleeps of one guest; exit status 0 if each was what the agent said it was.

    HYPNOS_AGENT=build/agent/hypnos-agent tests/qemu/soak.py --ram 200 --disk 50
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from soaking import SLEEPS, UPSETS, Attempt, Sleeper, ends

MISMATCH, LOST = "mismatches", "lost events"


class Ledger:
    """What was found out, attempt by attempt."""

    def __init__(self, sleeper: Sleeper) -> None:
        self.sleeper = sleeper
        self.attempts: list[Attempt] = []
        self.outcomes: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._resumes = 0
        self._line = 0

    def add(self, attempt: Attempt) -> None:
        """Compare what the agent says with what others saw."""
        self.attempts.append(attempt)
        ended = ends(attempt.log, attempt.transaction)
        outcome = ended[0]["data"]["outcome"] if ended else attempt.refusal
        self.outcomes[f"{attempt.kind}: {outcome}"] += 1
        self._resumes += attempt.slept
        told = ends(attempt.live, attempt.transaction)
        self._expect("ends in the log", len(ended), int(attempt.was_prepared))
        self._expect("ends told", len(told), len(ended))
        self._expect("outcome", outcome, expected_outcome(attempt))
        self._expect("it slept", outcome == "slept", attempt.slept)
        self._expect("refusal", attempt.refusal, "" if attempt.slept else outcome)
        if ended:
            self._compare_event(attempt, ended[0])
        self._compare_numbers(attempt)
        self._compare_guest(attempt)

    def _compare_event(self, attempt: Attempt, event: dict) -> None:
        name = "HYPNOS_RESUMED" if attempt.slept else "HYPNOS_SUSPEND_FAILED"
        data = event["data"]
        self._expect("event", event["event"], name)
        self._expect("boot id told", data["boot-id"], self.sleeper.boot_id)
        self._expect("who and how", (data["initiator"], data["mode"]), ("host", attempt.mode))
        if attempt.slept:
            self._expect("resume-count", data["resume-count"], self._resumes)

    def _compare_numbers(self, attempt: Attempt) -> None:
        """The log has every number, and each was told once."""
        logged = [event["data"]["seq"] for event in attempt.log]
        told = [event["data"]["seq"] for event in attempt.live]
        first = self.sleeper.seq + 1
        self._expect("numbers in the log", logged, list(range(first, first + len(logged))))
        self._expect("numbers told", told, logged, LOST)
        self.sleeper.seq += len(logged)

    def _compare_guest(self, attempt: Attempt) -> None:
        boot_id, line, entries, exits, errors = attempt.seen
        self._expect("boot id", boot_id, self.sleeper.boot_id)
        self._expect("kernel's entries", int(entries), int(attempt.slept))
        self._expect("kernel's exits", int(exits), int(attempt.slept))
        self._expect("kernel's complaints", int(errors), 0)
        self._expect("the writer goes on", int(line) > self._line, True)
        self._line = int(line)

    def _expect(self, what: str, got: object, wanted: object, fault: str = MISMATCH) -> None:
        if got == wanted:
            return
        self.faults[fault] += 1
        number, attempt = len(self.attempts), self.attempts[-1]
        print(f"{number} ({attempt.kind}): {what}: {got}, not {wanted}: {attempt}", flush=True)


def expected_outcome(attempt: Attempt) -> str:
    """A cancel that came too late was refused, and the guest slept."""
    if attempt.kind == "veto":
        return "refused"
    return "cancelled" if attempt.kind == "cancel" or attempt.cancelled else "slept"


def plan(options: argparse.Namespace, chance: random.Random) -> list[str]:
    """Kinds of attempts, shuffled."""
    sleeps = ["ram"] * options.ram + ["disk"] * options.disk
    upsets = sorted(UPSETS) * (1 + int(len(sleeps) * options.upsets) // len(UPSETS))
    kinds = sleeps + (upsets if options.upsets else [])
    chance.shuffle(kinds)
    return kinds


def run(sleeper: Sleeper, kinds: list[str]) -> Ledger:
    """All attempts."""
    ledger, start = Ledger(sleeper), time.monotonic()
    for number, kind in enumerate(kinds, start=1):
        ledger.add(sleeper.attempt(kind))
        if number % 10 == 0:
            faults = sum(ledger.faults.values())
            passed = time.monotonic() - start
            print(f"{number}/{len(kinds)} after {passed:.0f} s, {faults} faults", flush=True)
    return ledger


def milliseconds(durations: list[float]) -> str:
    """Middle and worst."""
    return f"median {statistics.median(durations) * 1000:6.0f}   max {max(durations) * 1000:6.0f}"


def print_summary(ledger: Ledger) -> None:
    """The table."""
    for outcome, count in sorted(ledger.outcomes.items()):
        print(f"{outcome:40} {count:6}")
    for fault in (MISMATCH, LOST):
        print(f"{fault:40} {ledger.faults[fault]:6}")
    for kind in SLEEPS:
        done = [each for each in ledger.attempts if each.kind == kind and each.slept]
        if not done:
            continue
        asleep = milliseconds([each.asleep_at - each.asked_at for each in done])
        awake = milliseconds([each.ended_at - each.woken_at for each in done])
        print(f"{kind + ', request to asleep, ms':40} {asleep}")
        print(f"{kind + ', wake to event, ms':40} {awake}")


def soak(options: argparse.Namespace, home: Path) -> bool:
    """Whether all is right."""
    chance = random.Random(options.seed)
    sleeper = Sleeper(options.machine, home, chance)
    try:
        ledger = run(sleeper, plan(options, chance))
        lines, wrong = sleeper.verdict_on_the_file()
        clean = sleeper.file_system_is_clean()
    except BaseException:
        print("\n".join(sleeper.vm.serial_text().splitlines()[-40:]))
        raise
    finally:
        sleeper.vm.stop()
    print_summary(ledger)
    print(f"{'lines in the file':40} {lines:6}   wrong {wrong}")
    print(f"{'file system':40} {'clean' if clean else 'damaged'}")
    return clean and lines > 0 and wrong == 0 and not sum(ledger.faults.values())


def main() -> int:
    """Run by hand, or by scripts/test.sh --deep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ram", type=int, default=10, help="sleeps in RAM")
    parser.add_argument("--disk", type=int, default=3, help="sleeps on disk")
    parser.add_argument("--upsets", type=float, default=0.1, help="vetoes, cancels for each sleep")
    parser.add_argument("--machine", choices=("pc", "q35"), default="pc")
    parser.add_argument("--seed", type=int, default=1, help="of the order")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lab-") as home:
        return 0 if soak(options, Path(home)) else 1


if __name__ == "__main__":
    sys.exit(main())
