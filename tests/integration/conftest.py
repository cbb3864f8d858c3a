# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures for tests of the whole agent, on sockets, with a fake root.

``HYPNOS_AGENT`` is the path of the agent to test.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeKernel, FakeRoot
from harness.waiting import wait_for


@pytest.fixture(scope="session")
def agent_binary() -> str:
    """The program under test."""
    binary = os.environ.get("HYPNOS_AGENT")
    assert binary, "set HYPNOS_AGENT to the path of hypnos-agent (meson test does)"
    assert os.access(binary, os.X_OK), f"HYPNOS_AGENT={binary} is no program"
    return str(Path(binary).resolve())


@pytest.fixture
def root(tmp_path: Path) -> FakeRoot:
    """A machine that seems able to sleep."""
    return FakeRoot(tmp_path / "r")


@pytest.fixture
def kernel(root: FakeRoot) -> FakeKernel:
    """The part of that machine that sleeps."""
    return FakeKernel(root)


@pytest.fixture
def make_agent(agent_binary: str, root: FakeRoot) -> Iterator[Callable[..., Agent]]:
    """Makes agents, not yet started, that end with the test."""
    made: list[Agent] = []

    def make(arguments: list[str] | None = None) -> Agent:
        made.append(Agent(agent_binary, root, arguments))
        return made[-1]

    yield make
    for agent in made:
        crashed = agent.died_by_itself()
        agent.stop()
        assert not crashed, agent.log_text()


@pytest.fixture
def agent(make_agent: Callable[..., Agent]) -> Agent:
    """A running agent on two unix sockets."""
    return make_agent().start()


@pytest.fixture
def client(agent: Agent) -> Iterator[Client]:
    """A client on the port that speaks QEMU's protocol."""
    with agent.connect() as connected:
        yield connected


@pytest.fixture
def power(agent: Agent) -> Iterator[Client]:
    """A client on the port with events."""
    with agent.connect_power() as connected:
        yield connected


@pytest.fixture(scope="session")
def qemu_ga(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of Debian's qemu-ga."""
    program = shutil.which("qemu-ga", path="/usr/sbin:/usr/bin")
    assert program, "install qemu-guest-agent: the agent's texts are compared with it"
    directory = tmp_path_factory.mktemp("qemu-ga")
    path = directory / "s"
    process = subprocess.Popen(
        [program, "-m", "unix-listen", "-p", str(path)]
        + ["-t", str(directory), "-f", str(directory / "pid")],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(path.exists, "qemu-ga's socket")
        yield path
    finally:
        process.kill()
        process.wait()
