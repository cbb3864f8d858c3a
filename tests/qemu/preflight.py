# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a guest's preflight says."""

from dataclasses import dataclass
from typing import Any

from lab import POWER_PORT, Vm

MODES = ("ram", "disk", "hybrid")
DISK_MODES = ("disk", "hybrid")


@dataclass(frozen=True)
class Finding:
    """One finding, as it was on the wire."""

    code: str
    severity: str
    subject: str
    hint: str

    def __str__(self) -> str:
        return f"{self.severity} {self.code}"


def findings(vm: Vm, mode: str, **arguments: Any) -> list[Finding]:
    """What preflight finds; its verdict must be what the findings say."""
    with vm.connect(POWER_PORT) as power:
        power.sync()
        report = power.request("hypnos-preflight", {"mode": mode, **arguments}, timeout=20)
    found = [Finding(**entry) for entry in report["findings"]]
    assert report["mode"] == mode
    assert report["works"] is not any(finding.severity == "block" for finding in found), report
    assert all(finding.hint and finding.subject for finding in found), report
    return found


def words(vm: Vm, mode: str, **arguments: Any) -> list[str]:
    """The findings as "severity code"."""
    return [str(finding) for finding in findings(vm, mode, **arguments)]


def only_finding(vm: Vm, mode: str, expected: str) -> Finding:
    """The one finding there is, which must be this "severity code"."""
    found = findings(vm, mode)
    assert [str(finding) for finding in found] == [expected], found
    return found[0]
