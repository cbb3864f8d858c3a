# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the agent tells of the very machine that tests run on, beside what qemu-ga tells of it.

Only commands that change nothing. The agent's root has links to what those read, and no more.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot

REAL = (
    *("proc/stat", "proc/loadavg", "proc/net", "etc/os-release", "run/utmp"),
    *("proc/sys/kernel/hostname", "proc/sys/kernel/osrelease", "proc/sys/kernel/version"),
    *("sys/devices/system/cpu", "sys/devices/system/memory"),
)


@pytest.fixture
def ours(root: FakeRoot, make_agent: Callable[..., Agent]) -> Iterator[Client]:
    """The agent, which sees the machine."""
    for name in REAL:
        link = root.path / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"/{name}")
    with make_agent().start().connect() as client:
        yield client


@pytest.fixture
def theirs(qemu_ga: Path) -> Iterator[Client]:
    """qemu-ga."""
    with Client.unix(qemu_ga, judged=False) as client:
        yield client


def by(member: str, objects: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """Objects of a list, whose order differs, by a member."""
    return {each[member]: each for each in objects}


@pytest.mark.parametrize(
    "command",
    [
        *("guest-get-host-name", "guest-get-osinfo", "guest-get-timezone"),
        "guest-get-memory-block-info",
    ],
)
def test_the_same(command: str, ours: Client, theirs: Client) -> None:
    assert ours.ask(command) == theirs.ask(command)


@pytest.mark.parametrize(
    ("command", "member"),
    [
        ("guest-get-vcpus", "logical-id"),
        ("guest-get-memory-blocks", "phys-index"),
        ("guest-get-users", "user"),
    ],
)
def test_the_same_in_another_order(
    command: str, member: str, ours: Client, theirs: Client
) -> None:
    assert by(member, ours.result(command)) == by(member, theirs.result(command))


def test_cpu_times_go_on(ours: Client, theirs: Client) -> None:
    before = by("cpu", theirs.result("guest-get-cpustats"))
    after = by("cpu", ours.result("guest-get-cpustats"))
    assert before and before.keys() == after.keys()
    for cpu, times in before.items():
        assert times.keys() == after[cpu].keys()
        for member in ("user", "nice", "system"):
            assert times[member] <= after[cpu][member] < times[member] + 60_000


def test_interfaces(ours: Client, theirs: Client) -> None:
    """Traffic without an address, and no hardware address where there is none, are ours alone."""
    before = by("name", theirs.result("guest-network-get-interfaces"))
    after = by("name", ours.result("guest-network-get-interfaces"))
    assert before and before.keys() == after.keys()
    for name, interface in before.items():
        assert interface.get("ip-addresses") == after[name].get("ip-addresses")
        hardware = after[name].get("hardware-address")
        assert hardware in (None, interface["hardware-address"])
        for counter, value in interface.get("statistics", {}).items():
            assert value <= after[name]["statistics"][counter]
