# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adds up JUnit reports, given as FILE=EXIT-STATUS; the last line is the count, and the exit status says whether it is good.

A skipped test is a failure unless its reason is listed here.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

KNOWN_REASONS = (
    "vsock",  # another test does the same in a guest
    "under AddressSanitizer",  # memory is measured in the ordinary build
    "needs root",  # scripts/test.sh runs those through sudo
    "only root can",
    "no IPv6",  # Wake-on-LAN over IPv4 is tested all the same
    "deep tests only",  # scripts/test.sh --deep
    "image tests only",  # scripts/test.sh --images
)
"""Words in the reasons of skips that are fine."""

Counts = dict[str, int]


def verdict(case: ElementTree.Element) -> str:
    """What became of one test."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    reason = skipped.get("message") or skipped.text or "no reason given"
    print(f"skipped: {case.get('name')}: {reason}")
    return "skipped" if any(word in reason for word in KNOWN_REASONS) else "failed"


def add(report: Path, status: int, counts: Counts) -> None:
    """Count the tests of one report, and what its exit status knows beyond it."""
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    outcomes = [verdict(case) for case in cases]
    for case, outcome in zip(cases, outcomes):
        counts[outcome] += 1
        if outcome == "failed":
            print(f"failed: {case.get('classname')} {case.get('name')}")
    if not cases or (status and "failed" not in outcomes):
        print(f"failed: the run behind {report}, status {status}, {len(cases)} results")
        counts["failed"] += 1


def main(reports: list[str]) -> int:
    """Print the sum."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for pair in reports:
        report, _, status = pair.rpartition("=")
        add(Path(report), int(status), counts)
    print(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
