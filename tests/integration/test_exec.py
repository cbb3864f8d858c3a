# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""guest-exec and guest-exec-status. The programs are real, and harmless."""

import base64
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.waiting import wait_for

KEPT = 16 << 20


def start(client: Client, script: str, **more: Any) -> int:
    """Start a shell script; its process id."""
    arguments = {"path": "sh", "arg": ["-c", script], **more}
    return client.result("guest-exec", arguments)["pid"]


def status(client: Client, pid: int) -> dict[str, Any]:
    """What is known of it now."""
    return client.result("guest-exec-status", {"pid": pid})


def end(client: Client, pid: int) -> dict[str, Any]:
    """Its result, once it has ended."""
    wait_for(lambda: status(client, pid)["exited"], f"the end of {pid}")
    return status(client, pid)


def run(client: Client, script: str, **more: Any) -> dict[str, Any]:
    """Start a shell script; its result."""
    return end(client, start(client, script, **more))


def text(data: str) -> str:
    """From base64."""
    return base64.b64decode(data).decode()


BOTH = "echo out; echo err >&2"


@pytest.mark.parametrize(
    ("capture", "out", "err"),
    [
        (None, None, None),
        (False, None, None),
        ("none", None, None),
        (True, "out\n", "err\n"),
        ("separated", "out\n", "err\n"),
        ("stdout", "out\n", None),
        ("stderr", None, "err\n"),
        ("merged", "out\nerr\n", None),
    ],
)
def test_output_is_captured_as_asked(
    client: Client, capture: Any, out: str | None, err: str | None
) -> None:
    """Members are there only for streams with something in them."""
    expected: dict[str, Any] = {"exited": True, "exitcode": 0}
    for name, value in (("out", out), ("err", err)):
        if value:
            expected[name + "-data"] = base64.b64encode(value.encode()).decode()
            expected[name + "-truncated"] = False
    more = {} if capture is None else {"capture-output": capture}
    assert run(client, BOTH, **more) == expected


def test_output_beyond_the_limit_is_dropped_and_said_to_be(agent: Agent) -> None:
    """For each stream. libvirt would not take so much."""
    script = f"head -c {KEPT + 1} /dev/zero; head -c {KEPT} /dev/zero >&2"
    with agent.connect(judged=False) as client:
        result = run(client, script, **{"capture-output": True})
    assert result["out-truncated"] is True
    assert result["err-truncated"] is False
    assert base64.b64decode(result["out-data"]) == bytes(KEPT)
    assert base64.b64decode(result["err-data"]) == bytes(KEPT)


def test_ends(client: Client) -> None:
    """By a code, by a signal, and not yet."""
    assert run(client, "exit 3") == {"exited": True, "exitcode": 3}
    assert run(client, "kill -9 $$") == {"exited": True, "signal": 9}
    pid = start(client, "exec sleep 60")
    assert status(client, pid) == {"exited": False}
    os.kill(pid, signal.SIGTERM)
    assert end(client, pid) == {"exited": True, "signal": 15}


def test_a_result_can_be_read_twice(client: Client) -> None:
    """A reply that was lost on its way loses nothing."""
    pid = start(client, "echo x", **{"capture-output": True})
    first = end(client, pid)
    assert first == status(client, pid)
    assert text(first["out-data"]) == "x\n"


def test_an_unknown_pid_is_named(client: Client) -> None:
    """qemu-ga 7.2 only says that it is invalid, later ones forget the number."""
    for pid in (0, -1, 1, 999999999999):
        assert client.error("guest-exec-status", {"pid": pid}) == {
            "class": "GenericError",
            "desc": f"PID {pid} does not exist",
        }


def test_input(client: Client) -> None:
    """Goes in whole; without, there is none."""
    data = base64.b64encode(b"i" * 200000).decode()
    more = {"capture-output": True}
    result = run(client, "wc -c", **more, **{"input-data": data})
    assert text(result["out-data"]) == "200000\n"
    assert "out-data" not in run(client, "cat", **more)
    assert "out-data" not in run(client, "cat", **more, **{"input-data": ""})
    assert "Base64" in client.error("guest-exec", {"path": "cat", "input-data": "YQ"})["desc"]


def test_environment(client: Client) -> None:
    """All of it, or the agent's without what is for the agent alone."""
    more = {"capture-output": True}
    assert "A=b" in text(run(client, "env", **more, env=["A=b"])["out-data"]).splitlines()
    inherited = text(run(client, "env", **more)["out-data"])
    assert "PATH=" in inherited
    assert "NOTIFY_SOCKET=" not in inherited


def test_what_a_program_inherits(client: Client) -> None:
    """Its three streams, a session of its own, and no signal that is blocked or ignored."""
    script = "grep -E 'Sig(Blk|Ign)|NSsid' /proc/self/status; ls -l /proc/$$/fd; echo $$"
    pid = start(client, script, **{"capture-output": True})
    lines = text(end(client, pid)["out-data"]).splitlines()
    assert {line.split()[-1] for line in lines if line.startswith("Sig")} == {"0" * 16}
    assert str(pid) in next(line for line in lines if line.startswith("NSsid"))
    names = [line.split()[8] for line in lines if " -> " in line]
    assert names == ["0", "1", "2"]


def test_a_slow_program_holds_nobody_up(agent: Agent) -> None:
    """Neither its own connection nor another."""
    with agent.connect() as client, agent.connect() as other:
        pid = start(client, "exec sleep 60", **{"capture-output": True})
        client.ping()
        other.ping()
        assert status(other, pid) == {"exited": False}
        os.kill(pid, signal.SIGKILL)


def test_a_program_that_ignores_everything_does_not_keep_the_agent(agent: Agent) -> None:
    """It goes on, and the agent ends."""
    with agent.connect() as client:
        script = "trap '' TERM INT HUP PIPE; echo ready; sleep 60 & wait; wait; sleep 60"
        pid = start(client, script, **{"capture-output": True})
        assert agent.terminate(3) == 0
    assert Path(f"/proc/{pid}").exists()
    os.killpg(pid, signal.SIGKILL)


def test_what_is_left_behind_with_the_output_open_is_waited_for(client: Client) -> None:
    """All of the output belongs to the result, as with qemu-ga."""
    pid = start(client, "sh -c 'read x < $0; echo late' \"$PIPE\" & echo now", **{
        "capture-output": True, "env": ["PATH=/usr/bin:/bin", "PIPE=/dev/null"]})
    assert text(end(client, pid)["out-data"]).splitlines() in (["now", "late"], ["late", "now"])


def test_errors_are_qemu_gas(client: Client, qemu_ga: Path) -> None:
    """Word by word."""
    requests: list[dict[str, Any]] = [
        {"path": "/nonexistent"},
        {"path": "nonexistent"},
        {"path": ""},
        {"path": "/tmp"},
        {"path": "true", "arg": "x"},
        {"path": "true", "arg": [1]},
        {"path": "true", "env": {}},
        {"path": "true", "input-data": "@@"},
        {"path": "true", "bogus": 1},
        {},
    ]
    with Client.unix(qemu_ga) as original:
        for arguments in requests:
            assert client.error("guest-exec", arguments) == original.error("guest-exec", arguments)


@pytest.mark.parametrize(
    ("capture", "text"),
    [
        ("both", "Parameter 'capture-output' does not accept value 'both'"),
        (1, "Invalid parameter type for 'capture-output', expected: GuestExecCaptureOutput"),
    ],
)
def test_ways_to_capture_that_there_are_not(client: Client, capture: Any, text: str) -> None:
    """As qemu-ga has it since there are ways."""
    assert client.error("guest-exec", {"path": "true", "capture-output": capture})["desc"] == text


def test_arguments_are_not_logged(agent: Agent) -> None:
    """They may be secrets."""
    with agent.connect() as client:
        run(client, "true", env=["SECRET=hush"])
        client.result("guest-exec", {"path": "true", "arg": ["--password=hush"]})
    assert "guest-exec: 'true'" in agent.log_text()
    assert "hush" not in agent.log_text()
