# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Freezing as a host sees it. Below another root nothing is ever frozen; tests/qemu/test_freeze.py
freezes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import BOOT_ID, FakeRoot
from harness.waiting import wait_for

MARKER = "state/qga.state.isfrozen"
HOOK = "/etc/qemu/fsfreeze-hook"
NOTE = 'echo "$1" >>"$LOG"'
UNASKED = "the file systems were thawed before this request"
WHEN_FROZEN = [
    "guest-fsfreeze-status",
    "guest-fsfreeze-thaw",
    "guest-info",
    "guest-ping",
    "guest-sync",
    "guest-sync-delimited",
]

MakeAgent = Callable[..., Agent]


@pytest.fixture
def arguments(root: FakeRoot) -> "list[str]":
    """The agent's, with a hook that is there if a test adds one."""
    root.write("proc/self/mountinfo", "1 0 0:20 / / rw - overlay overlay rw\n")
    ports = ["-m", "unix-listen", "-p", str(root.path / "qemu.sock")]
    return [*ports, f"-F{HOOK}", "-t", "/state"]


@pytest.fixture
def agent(make_agent: MakeAgent, root: FakeRoot, arguments: "list[str]") -> Agent:
    """One that has started, with a hook that notes its words."""
    set_hook(root, "")
    return make_agent(arguments).start()


def set_hook(root: FakeRoot, script: str) -> None:
    """It notes its word before it does anything else."""
    root.add_hook(Path(HOOK).name, f"{NOTE}\n{script}", str(Path(HOOK).parent).lstrip("/"))


def marked(root: FakeRoot) -> bool:
    """Whether there is a marker for the next agent."""
    return (root.path / MARKER).exists()


def test_where_there_is_nothing_to_freeze(agent: Agent, client: Client, root: FakeRoot) -> None:
    assert client.result("guest-fsfreeze-status") == "thawed"
    assert client.result("guest-fsfreeze-freeze") == 0
    assert client.result("guest-fsfreeze-freeze-list", {"mountpoints": ["/x"]}) == 0
    assert client.result("guest-fsfreeze-status") == "thawed"
    assert client.result("guest-fsfreeze-thaw") == 0
    assert root.log() == ["freeze", "thaw", "freeze", "thaw"]
    assert not marked(root)


def test_below_another_root_nothing_of_this_machine_is_opened(
    agent: Agent, client: Client, root: FakeRoot
) -> None:
    """Though the mounts are this machine's, and their mount points are there."""
    real = Path("/proc/self/mountinfo").read_text()
    root.write("proc/self/mountinfo", real + "9999 1 8:1 / / rw - ext4 /dev/sda1 rw\n")
    error = client.error("guest-fsfreeze-freeze")
    assert error["class"] == "GenericError"
    assert error["desc"].startswith("cannot open /")
    assert error["desc"].endswith("Invalid cross-device link")
    assert client.result("guest-fsfreeze-status") == "thawed"
    for path in client.result("guest-fstrim")["paths"]:
        assert path["error"] == "cannot open: Invalid cross-device link"
    assert not marked(root)


@pytest.mark.parametrize(
    "command, arguments_, text",
    [
        ("guest-fsfreeze-freeze", {"x": 1}, "Parameter 'x' is unexpected"),
        ("guest-fsfreeze-thaw", {"x": 1}, "Parameter 'x' is unexpected"),
        ("guest-fsfreeze-status", {"x": 1}, "Parameter 'x' is unexpected"),
        ("guest-get-fsinfo", {"x": 1}, "Parameter 'x' is unexpected"),
        ("guest-get-disks", {"x": 1}, "Parameter 'x' is unexpected"),
        ("guest-get-diskstats", {"x": 1}, "Parameter 'x' is unexpected"),
        (
            "guest-fsfreeze-freeze-list",
            {"mountpoints": "/"},
            "Invalid parameter type for 'mountpoints', expected: array",
        ),
        (
            "guest-fsfreeze-freeze-list",
            {"mountpoints": [1]},
            "Invalid parameter type for 'mountpoints[0]', expected: string",
        ),
        (
            "guest-fstrim",
            {"minimum": "x"},
            "Invalid parameter type for 'minimum', expected: integer",
        ),
    ],
)
def test_arguments_are_checked_as_in_qemu_ga(
    client: Client, qemu_ga: Path, command: str, arguments_: "dict[str, object]", text: str
) -> None:
    assert client.error(command, arguments_) == {"class": "GenericError", "desc": text}
    with Client.unix(qemu_ga) as other:
        assert other.error(command, arguments_)["desc"] == text


def test_later_requests_wait_for_a_freeze_and_other_clients_do_not(
    agent: Agent, client: Client, root: FakeRoot
) -> None:
    set_hook(root, f"[ $1 = thaw ] || until [ -e {root.path}/go ]; do sleep 0.01; done")
    client.request("guest-fsfreeze-freeze")
    client.request("guest-ping", id="later")
    wait_for(lambda: root.log() == ["freeze"], "the hook")
    with agent.connect() as other:
        other.ping()
        error = other.error("guest-fsfreeze-freeze")
        assert "a freeze or a thaw is under way" in error["desc"]
    root.write("go", "")
    assert client.reply() == {"return": 0}
    assert client.reply() == {"return": {}, "id": "later"}


def test_a_hook_that_refuses(agent: Agent, client: Client, root: FakeRoot) -> None:
    set_hook(root, "echo busy; exit 5")
    assert client.error("guest-fsfreeze-freeze") == {
        "class": "GenericError",
        "desc": "child process has failed to execute fsfreeze hook: exit status 5: busy",
    }
    assert root.log() == ["freeze"]


def test_the_end_of_the_agent_while_the_hook_runs(
    agent: Agent, client: Client, root: FakeRoot
) -> None:
    set_hook(root, "[ $1 = thaw ] || sleep 100")
    client.request("guest-fsfreeze-freeze")
    wait_for(lambda: root.log() == ["freeze"], "the hook")
    assert agent.terminate(10) == 0
    assert root.log() == ["freeze", "thaw"]


def test_an_agent_that_finds_a_marker_is_frozen(
    make_agent: MakeAgent, root: FakeRoot, arguments: "list[str]"
) -> None:
    set_hook(root, "")
    root.write(MARKER, "")  # as qemu-ga leaves it
    with make_agent(arguments).start().connect() as client:
        assert client.result("guest-fsfreeze-status") == "frozen"
        info = client.result("guest-info")["supported_commands"]
        assert sorted(one["name"] for one in info if one["enabled"]) == WHEN_FROZEN
        for command in ("guest-fsfreeze-freeze", "guest-suspend-ram", "guest-get-fsinfo"):
            assert client.error(command) == {
                "class": "CommandNotFound",
                "desc": f"Command {command} has been disabled: the agent is in frozen state",
            }
        assert client.result("guest-fsfreeze-thaw") == 0
        assert client.result("guest-fsfreeze-status") == "thawed"
        assert client.result("guest-get-fsinfo") == []
    assert not marked(root)
    assert root.log() == ["thaw"]


def test_a_marker_of_an_earlier_boot_is_nothing(
    make_agent: MakeAgent, root: FakeRoot, arguments: "list[str]"
) -> None:
    root.write(MARKER, "another boot\n")
    with make_agent(arguments).start().connect() as client:
        assert client.result("guest-fsfreeze-status") == "thawed"


def test_an_agent_that_ends_while_frozen_thaws_and_the_next_one_says_so(
    make_agent: MakeAgent, root: FakeRoot, arguments: "list[str]"
) -> None:
    set_hook(root, "")
    root.write(MARKER, BOOT_ID + "\n")
    agent = make_agent(arguments).start()
    assert agent.terminate(10) == 0
    assert not marked(root)
    assert root.log() == ["thaw"]
    with make_agent(arguments).start().connect() as client:
        assert client.result("guest-fsfreeze-status") == "thawed"
        assert client.error("guest-fsfreeze-thaw")["desc"].startswith(UNASKED)
        assert client.result("guest-fsfreeze-thaw") == 0


def test_without_a_word_of_the_host_all_is_thawed(
    make_agent: MakeAgent, root: FakeRoot, arguments: "list[str]"
) -> None:
    root.write("etc/hypnos/agent.conf", "[Freeze]\nThawAfter=1\n")
    set_hook(root, "")
    root.write(MARKER, "")
    agent = make_agent(arguments).start()
    wait_for(lambda: not marked(root), "the thaw")
    with agent.connect() as client:
        assert client.error("guest-fsfreeze-thaw")["desc"].startswith(UNASKED)
    assert "thawed without the host asking" in agent.log_text()
