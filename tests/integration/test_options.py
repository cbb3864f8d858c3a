# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""qemu-ga's options and configuration file, as the program takes them."""

import base64
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot
from harness.waiting import PATIENCE, wait_for

MakeAgent = Callable[..., Agent]


def run(binary: str, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A call that ends by itself."""
    return subprocess.run(
        [binary, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def listening(root: FakeRoot, *words: str) -> list[str]:
    """Arguments of an agent on a socket."""
    return ["-m", "unix-listen", "-p", str(root.path / "qemu.sock"), *words]


@pytest.mark.parametrize("words", [["-a", "help"], ["-b?"], ["--block-rpcs=help"]])
def test_all_commands_are_printed(agent_binary: str, words: list[str]) -> None:
    """Their names, a line for each: qemu-ga's 43, and hypnos's own."""
    done = run(agent_binary, *words)
    names = done.stdout.splitlines()
    assert done.returncode == 0 and names == sorted(set(names))
    assert len([name for name in names if name.startswith("guest-")]) == 43


def test_what_is_printed_is_read_again(agent_binary: str, root: FakeRoot) -> None:
    """-D, and $QGA_CONF for what it has printed."""
    words = ["-b", "guest-ping, guest-info", "-F/hook", "-t", "/state", *listening(root)]
    first = run(agent_binary, *words, "-D")
    root.write("printed.conf", first.stdout)
    again = run(agent_binary, "-D", QGA_CONF=str(root.path / "printed.conf"))
    assert first.returncode == 0 and again.stdout == first.stdout
    assert "block-rpcs=guest-ping,guest-info\n" in again.stdout
    named = run(agent_binary, "-D", "-c", str(root.path / "printed.conf"), "-p", "/other")
    assert "path=/other\n" in named.stdout


def test_lists_bind_both_ports(root: FakeRoot, make_agent: MakeAgent) -> None:
    """A command that is not allowed is refused, and guest-info says so."""
    power = ["--power-path", str(root.path / "power.sock")]
    agent = make_agent(listening(root, *power, "-a", "guest-info;guest-ping", "-b", "guest-ping"))
    agent.start()
    for connect in (agent.connect, agent.connect_power):
        with connect() as client:
            error = client.error("guest-ping")
            assert error["class"] == "CommandNotFound" and "has been disabled" in error["desc"]
            listed = client.result("guest-info")["supported_commands"]
            assert [each["name"] for each in listed if each["enabled"]] == ["guest-info"]


def test_a_log_file_has_what_hosts_asked_for(root: FakeRoot, make_agent: MakeAgent) -> None:
    """A line for each command that acts, one for a thousand pings; in qemu-ga's form."""
    log = root.path / "its.log"
    agent = make_agent(listening(root, "-l", str(log))).start()
    with agent.connect() as client:
        client.send(b'{"execute":"guest-ping"}' * 1999)
        for _ in range(1999):
            client.reply()
        client.result("guest-fsfreeze-freeze")
    text = log.read_text()
    assert text.count("pings of hosts answered") == 1
    assert ": message: guest-fsfreeze-freeze, at the wish of a host\n" in text
    assert all(line.split(".")[0].isdigit() for line in text.splitlines())


@pytest.fixture
def in_background(agent_binary: str, root: FakeRoot) -> Iterator[Path]:
    """The PID file of an agent that has gone into the background."""
    pidfile = root.path / "agent.pid"
    words = listening(root, "-d", "-f", str(pidfile))
    started = run(agent_binary, "--root", str(root.path), *words)
    assert started.returncode == 0, started.stderr
    yield pidfile
    if pidfile.exists():
        os.kill(int(pidfile.read_text()), signal.SIGTERM)
        wait_for(lambda: not pidfile.exists(), "the agent's end")


def test_in_the_background_it_serves_at_once(root: FakeRoot, in_background: Path) -> None:
    """The PID file is its own, and goes with it."""
    with Client.unix(root.path / "qemu.sock") as client:
        client.ping()
    pid = int(in_background.read_text())
    assert in_background.stat().st_mode & 0o777 == 0o600
    assert os.getsid(pid) == pid
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not in_background.exists(), "the PID file to go")


def test_a_second_one_is_refused(agent_binary: str, root: FakeRoot, in_background: Path) -> None:
    """While the first has the PID file locked."""
    words = ["-m", "unix-listen", "-p", str(root.path / "other.sock"), "-d", "-f"]
    second = run(agent_binary, "--root", str(root.path), *words, str(in_background))
    assert second.returncode == 1
    assert "another agent runs already" in second.stderr


def test_a_socket_of_the_service_manager_is_used(agent_binary: str, root: FakeRoot) -> None:
    """Instead of --method and --path; what says so is not handed on."""
    path = root.path / "activated.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        script = f'exec 3<&{listener.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
        agent = subprocess.Popen(
            ["bash", "-c", script, "bash", agent_binary, "--root", str(root.path)],
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
        )
    try:
        with Client.unix(path) as client:
            client.ping()
            pid = client.result("guest-exec", {"path": "env", "capture-output": True})["pid"]
            status = {"pid": pid}
            wait_for(lambda: client.result("guest-exec-status", status)["exited"], "env")
            printed = base64.b64decode(client.result("guest-exec-status", status)["out-data"])
            assert b"PATH=" in printed and b"LISTEN_" not in printed
    finally:
        agent.terminate()
        assert agent.wait(PATIENCE) == 0
