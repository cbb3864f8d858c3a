# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many requests at once, slow ones, large ones, and clients that do not read."""

import os
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot
from harness.waiting import PATIENCE, wait_for

MIB = 1 << 20
MESSAGE_MAX = 64 * MIB
MANY = 10000
QUIET_TICKS = 5
"""Of the processor, in a second in which nothing happens."""


@pytest.fixture
def no_sanitizer(agent_binary: str) -> None:
    """AddressSanitizer's own memory says nothing about ours."""
    if b"__asan_init" in Path(agent_binary).read_bytes():
        pytest.skip("memory is not measured under AddressSanitizer")


@contextmanager
def sending(client: Client, data: bytes) -> Iterator[None]:
    """Send while the test reads."""
    thread = threading.Thread(target=client.send, args=[data])
    thread.start()
    yield
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_ten_thousand_requests_in_one_write_are_answered_in_order(client: Client) -> None:
    """Whether they succeed or not; every hundredth takes a thread of its own."""
    kinds = {
        0: b'{"execute":"guest-get-vcpus","id":%d}',
        1: b'{"execute":"nope","id":%d}',
        2: b'{"execute":"guest-sync","id":%d}',
        3: b'{"id":%d}',
    }
    other = b'{"execute":"guest-ping","id":%d}'
    requests = b"".join(kinds.get(number % 100, other) % number for number in range(MANY))
    with sending(client, requests):
        for number in range(MANY):
            assert client.message()["id"] == number


@pytest.fixture
def gate(root: FakeRoot) -> Iterator[Path]:
    """A hook that lets a freeze wait until somebody opens this FIFO for writing."""
    path = root.path / "gate"
    os.mkfifo(path)
    root.write("proc/self/mountinfo", "1 0 0:1 / / rw - tmpfs tmpfs rw\n")
    hook = f'#!/bin/sh\n[ "$1" = thaw ] || cat {path}\n'
    root.write("etc/qemu/fsfreeze-hook", hook)
    (root.path / "etc/qemu/fsfreeze-hook").chmod(0o755)
    yield path
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        pass  # nobody waits any more


@pytest.fixture
def slow_agent(agent_binary: str, root: FakeRoot, gate: Path) -> Iterator[Agent]:
    """One whose freezes wait."""
    agent = Agent(agent_binary, root, more=["-F", "--statedir=/run"]).start()
    yield agent
    agent.stop()
    assert not agent.died_by_itself(), agent.log_text()


def open_gate(gate: Path) -> None:
    """Let the hook go on."""

    def opened() -> bool:
        try:
            os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    wait_for(opened, "a hook that waits")


def test_a_slow_command_holds_up_its_own_connection_and_no_other(
    slow_agent: Agent, gate: Path
) -> None:
    """guest-sync on another connection is answered meanwhile, libvirt's 5 s or not."""
    with slow_agent.connect() as slow, slow_agent.connect() as other:
        slow.request("guest-fsfreeze-freeze", id=1)
        slow.request("guest-sync", {"id": 2})
        with pytest.raises(TimeoutError):
            slow.line(seconds=0.3)
        begun = time.monotonic()
        for number in range(100):
            assert other.result("guest-sync", {"id": number}) == number
        assert time.monotonic() - begun < 5.0  # what libvirt waits
        open_gate(gate)
        assert slow.reply() == {"return": 0, "id": 1}
        assert slow.reply() == {"return": 2}
        assert other.result("guest-fsfreeze-thaw") == 0


def test_a_slow_command_does_not_hold_up_the_end(slow_agent: Agent) -> None:
    """SIGTERM."""
    with slow_agent.connect() as slow:
        slow.request("guest-fsfreeze-freeze", id=1)
        with pytest.raises(TimeoutError):
            slow.line(seconds=0.3)
        assert slow_agent.terminate(seconds=5.0) == 0


class Deaf:
    """A client that sends, and never reads."""

    def __init__(self, agent: Agent) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(agent.socket))

    def send(self, data: bytes) -> int:
        """As much as goes; how much that is."""
        self._socket.settimeout(0.5)
        sent = 0
        try:
            while sent < len(data):
                sent += self._socket.send(data[sent : sent + 65536])
        except TimeoutError:
            pass
        return sent


UNREAD = {
    "short answers": b'{"execute":"guest-ping"}' * 100000,
    "long answers": b'{"execute":"guest-info"}' * 100000,
    "errors": b'{"execute":"no"}' * 100000,
    "marks": b'{"execute":"guest-sync-delimited","arguments":{"id":1}}' * 100000,
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_client_that_never_reads_costs_little_and_stops_nothing(
    name: str, agent: Agent, no_sanitizer: None
) -> None:
    """Memory, processor, other clients, the end."""
    with agent.connect() as other:
        other.ping()
        idle_kib = agent.peak_kib()
        deaf = Deaf(agent)
        assert deaf.send(UNREAD[name]) < len(UNREAD[name])
        before = agent.cpu_ticks()
        time.sleep(1.0)
        assert agent.cpu_ticks() - before <= QUIET_TICKS
        other.ping()
        growth = agent.peak_kib() - idle_kib
        print(f"{name}: {growth} KiB")
        assert growth < 4096
    assert agent.terminate() == 0


def big_file(agent: Agent, mebibytes: int) -> int:
    """The handle of a file of that size."""
    agent.root.write("big", "x" * (mebibytes * MIB))
    with agent.connect() as client:
        return int(client.result("guest-file-open", {"path": "/big"}))


def test_large_answers_that_nobody_reads_wait_one_at_a_time(
    agent: Agent, no_sanitizer: None
) -> None:
    """A hundred, of 8 MiB each."""
    handle = big_file(agent, 6)
    read = b'{"execute":"guest-file-read","arguments":{"handle":%d,"count":%d}}'
    seek = b'{"execute":"guest-file-seek","arguments":{"handle":%d,"offset":0,"whence":0}}'
    idle_kib = agent.peak_kib()
    deaf = Deaf(agent)
    deaf.send((read % (handle, 6 * MIB) + seek % handle) * 100)
    time.sleep(1.0)
    growth = agent.peak_kib() - idle_kib
    print(f"large answers: {growth} KiB")
    assert growth < 64 * 1024
    with agent.connect() as other:
        other.ping()
    assert agent.terminate() == 0


def writing(handle: int, size: int) -> bytes:
    """A guest-file-write of that many bytes on the wire."""
    head = b'{"execute":"guest-file-write","arguments":{"handle":%d,"buf-b64":"' % handle
    tail = b'"}}'
    data = (size - len(head) - len(tail)) // 4 * 4
    padding = size - len(head) - len(tail) - data
    return head + b64encode(b"x" * (data // 4 * 3)) + tail[:1] + b" " * padding + tail[1:]


def test_a_message_of_64_mib_is_written_to_a_file(agent: Agent, no_sanitizer: None) -> None:
    """All of it, byte by byte; what it needed is given back."""
    with agent.connect() as client:
        handle = client.result("guest-file-open", {"path": "/written", "mode": "w"})
        idle_kib = agent.peak_kib()
        message = writing(handle, MESSAGE_MAX)
        assert len(message) == MESSAGE_MAX
        client.send(message)
        written = client.reply(seconds=60)["return"]["count"]
        growth, kept = agent.peak_kib() - idle_kib, agent.resident_kib() - idle_kib
        print(f"64 MiB: {growth} KiB, {kept} KiB of it kept")
        assert growth < 4 * 64 * 1024 and kept < 64 * 1024
        assert client.result("guest-file-close", {"handle": handle}) == {}
    content = (agent.root.path / "written").read_bytes()
    assert len(content) == written and content == b"x" * written


@pytest.mark.parametrize("excess", [1, 1024, 136 * MIB])
def test_a_larger_message_costs_one_error(
    excess: int, agent: Agent, no_sanitizer: None
) -> None:
    """And the next request is answered."""
    with agent.connect() as client:
        handle = client.result("guest-file-open", {"path": "/written", "mode": "w"})
        idle_kib = agent.peak_kib()
        client.send(writing(handle, MESSAGE_MAX + excess))
        client.request("guest-sync", {"id": 1})
        refused = {"class": "GenericError", "desc": "JSON token size limit exceeded"}
        assert client.replies_until_sync(1) == [{"error": refused}]
        growth = agent.peak_kib() - idle_kib
        print(f"64 MiB and {excess}: {growth} KiB")
        assert growth < 3 * 64 * 1024
    assert (agent.root.path / "written").stat().st_size == 0


def test_where_no_data_may_come_messages_are_smaller(
    make_agent: Callable[..., Agent], root: FakeRoot
) -> None:
    """Files and programs are off."""
    root.write("etc/hypnos/agent.conf", "[Commands]\nExec=no\nFile=no\n")
    agent = make_agent().start()
    with agent.connect() as client:
        client.send(b'{"execute":"guest-ping","arguments":{"x":"' + b"x" * MIB + b'"}}')
        assert client.reply()["error"]["desc"] == "JSON token size limit exceeded"
        client.ping()
