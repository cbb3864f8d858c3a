# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a guest's preflight says, and what its kernel does if it is asked all the same."""

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from lab import POWER_PORT, Contents, Image, Vm, build_image, find_kernel, wait_until
from lab.programs import compiled

MakeVm = Callable[..., Vm]
MODES = ("ram", "disk", "hybrid")
DISK_MODES = ("disk", "hybrid")
PROGRAMS = ("hold_secret", "wait_for_vfork")
AGENT = "/usr/sbin/hypnos-agent"


def preflight_image() -> Image:
    """The agent, and programs that bring a guest into states no shell can."""
    agent = os.environ.get("HYPNOS_AGENT")
    if not agent:
        pytest.skip("HYPNOS_AGENT names no agent")
    programs = {f"/usr/bin/{name}": compiled(name) for name in PROGRAMS}
    contents = Contents(programs={AGENT: Path(agent), **programs}, agent=[AGENT])
    return build_image(find_kernel(), contents)


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


def kernel_refusal(vm: Vm, state: str) -> str:
    """The kernel's own word when it is told to sleep and must not: its errno as text."""
    seen = len(vm.qmp.events)
    said = vm.sh(f"echo {state} >/sys/power/state", timeout=40)
    assert said.returncode != 0, "the kernel slept"
    assert not any(event.name.startswith("SUSPEND") for event in vm.qmp.events[seen:])
    reason = re.search(r"write error: (.+)", said.stdout)
    assert reason, said.stdout
    return reason[1].strip()


def sleeps_in_ram(vm: Vm) -> None:
    """The kernel sleeps if it is told to, which QEMU sees; it is woken again."""
    seen = len(vm.qmp.events)
    vm.sh("(sleep 0.1; echo mem >/sys/power/state) >/dev/null 2>&1 &").check()
    vm.qmp.wait_event("SUSPEND", timeout=10, since=seen)
    vm.qmp.wake()
    vm.wait_shell()


@contextmanager
def state(vm: Vm, enter: str, leave: str) -> Iterator[str]:
    """A guest in a state that a shell command makes and another ends; what the first said."""
    try:
        yield vm.sh(enter, timeout=30).check()
    finally:
        vm.sh(leave, timeout=30).check()


@contextmanager
def process(vm: Vm, command: str) -> Iterator[int]:
    """A process in the guest; its pid."""
    pid = int(vm.sh(f"{command} >/dev/null 2>&1 & echo $!").check())
    try:
        yield pid
    finally:
        vm.sh(f"kill -9 {pid}")
        gone = f"! grep -q '[^Z]' /proc/{pid}/stat 2>/dev/null || grep -q ') Z' /proc/{pid}/stat"
        wait_until(lambda: vm.sh(gone).returncode == 0, failure=f"{command} does not end")


def in_state_d(vm: Vm, pid: int) -> None:
    """Wait until a process sleeps uninterruptibly."""
    wait_until(lambda: vm.sh(f"grep -q ') D' /proc/{pid}/stat").returncode == 0)
