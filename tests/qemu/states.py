# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""States of a guest in which it cannot sleep well, and what its kernel does if it must."""

import os
import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from lab import AgentWire, Contents, Image, Vm, build_image, find_kernel, wait_until
from lab.programs import compiled

PROGRAMS = ("hold_secret", "silent_fuse", "wait_for_vfork")
AGENT = "/usr/sbin/hypnos-agent"


def image_with_programs() -> Image:
    """The agent, and programs that bring a guest into states no shell can."""
    agent = os.environ.get("HYPNOS_AGENT")
    if not agent:
        pytest.skip("HYPNOS_AGENT names no agent")
    programs = {f"/usr/bin/{name}": compiled(name) for name in PROGRAMS}
    contents = Contents(programs={AGENT: Path(agent), **programs}, agent=[AGENT])
    return build_image(find_kernel(), contents)


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


def s2idle_and_wake(vm: Vm, power: AgentWire, ask: Callable[[], Any]) -> Any:
    """The event of a sleep in s2idle, which the ACPI button ends.

    Pressed too early, it ends the attempt instead: then ask again.
    """
    for _ in range(10):
        told = len(power.events)
        ask()
        time.sleep(1)  # nothing tells from outside that the guest sleeps
        for _ in range(3):
            vm.qmp.execute("system_powerdown")
            try:
                return power.wait_event("HYPNOS_RESUMED", 2, since=told)
            except TimeoutError:
                continue
    raise TimeoutError("the power button does not wake the guest")


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
        gone = f"! grep -qs ') [^ZX]' /proc/{pid}/stat"
        wait_until(lambda: vm.sh(gone).returncode == 0, failure=f"{command} does not end")


def in_state_d(vm: Vm, pid: int) -> None:
    """Wait until a process sleeps uninterruptibly."""
    wait_until(lambda: vm.sh(f"grep -q ') D' /proc/{pid}/stat").returncode == 0)


@contextmanager
def stuck_fuse(vm: Vm) -> Iterator[int]:
    """A task that waits for a FUSE daemon which does not answer; its pid."""
    vm.sh("modprobe fuse && mkdir -p /fuse").check()
    with process(vm, "silent_fuse /fuse"):
        wait_until(lambda: vm.sh("grep -q ' /fuse ' /proc/self/mountinfo").returncode == 0)
        pid = int(vm.sh("ls /fuse >/dev/null 2>&1 & echo $!").check())
        wait_until(lambda: vm.sh(f"cat /proc/{pid}/wchan").stdout.strip() == "request_wait_answer")
        yield pid
    vm.sh("umount /fuse").check()
