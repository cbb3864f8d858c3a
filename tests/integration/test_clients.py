# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What hostile or merely careless clients cost."""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot
from harness.waiting import PATIENCE, wait_for

MIB = 1 << 20
MakeAgent = Callable[..., Agent]
PACKAGED = Path(__file__).parents[2] / "agent/agent.conf"
GROWTH_MAX_KIB = 4096
"""The design's budget for memory under hostile input."""

ATTACKS: dict[str, bytes] = {
    "a megabyte of open brackets": b"[" * MIB,
    "a megabyte of open braces": b'{"a":' * (MIB // 5),
    "an endless string": b'"' + b"x" * (4 * MIB),
    "an endless string of two-byte characters": b'"' + "\u00e9".encode() * (2 * MIB),
    "an endless name": b'{"' + b"x" * (4 * MIB),
    "an endless number": b"1" * (4 * MIB),
    "an endless word": b"a" * (4 * MIB),
    "white space": b" \n" * (2 * MIB),
    "0xFF": b"\xff" * MIB,
    "NUL": b"\0" * 65536,
    "closing brackets": b"}" * 65536,
    "garbage words": b"garbage " * 16384,
    "many values": b"[" + b"1," * (MIB // 2) + b"1]",
    "many values, just allowed": b"[" + b"1," * 16380 + b"1]",
    "many names": b"{" + b",".join(b'"%d":1' % n for n in range(60000)) + b"}",
    "many names, just allowed": b"{" + b",".join(b'"%d":1' % n for n in range(16000)) + b"}",
    "a string just within the limit": b'"' + b"x" * (MIB - 2) + b'"',
    "an id just within the limit": b'{"execute":"guest-ping","id":"' + b"x" * (MIB - 40) + b'"}',
    "an id that trebles": b'{"execute":"guest-ping","id":"'
    + "\u00e9".encode() * (MIB // 2 - 20)
    + b'"}',
    "a name of a command within the limit": b'{"execute":"' + b"x" * (MIB - 20) + b'"}',
    "as deep as allowed, many times": (b"[" * 64 + b"]" * 64) * 1600,
    "control characters": bytes(range(0x20)) * 2048,
    "every byte": bytes(range(256)) * 4096,
}


@pytest.fixture
def no_sanitizer(agent_binary: str) -> None:
    """AddressSanitizer's own memory says nothing about ours."""
    if b"__asan_init" in Path(agent_binary).read_bytes():
        pytest.skip("memory is not measured under AddressSanitizer")


class Flood:
    """Sends bytes and drops the answers."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))

    def send(self, data: bytes) -> None:
        """All of it, reading whatever comes meanwhile."""
        left = memoryview(data)
        while left:
            self.drop_answers()
            try:
                left = left[self._socket.send(left[:65536], socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                continue

    def drop_answers(self) -> None:
        """Read what is there."""
        try:
            while self._socket.recv(1 << 20, socket.MSG_DONTWAIT):
                pass
        except BlockingIOError:
            pass

    def answered(self, marker: bytes) -> bool:
        """Read on until the marker comes."""
        self._socket.settimeout(PATIENCE)
        tail = b""
        while marker not in tail:
            data = self._socket.recv(1 << 16)
            if not data:
                return False
            tail = tail[-len(marker) :] + data
        return True

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_costs_little_memory_and_the_next_request_is_answered(
    name: str, root: FakeRoot, make_agent: MakeAgent, no_sanitizer: None
) -> None:
    """On the same connection, and on another; as packaged, without commands that bring data."""
    root.write("usr/lib/hypnos/agent.conf", PACKAGED.read_text())
    agent = make_agent().start()
    with agent.connect() as before:
        before.ping()
    idle = agent.peak_kib()
    flood = Flood(agent.socket)
    flood.send(ATTACKS[name])
    flood.send(b'\n\xff{"execute":"guest-ping","id":"after the attack"}')
    assert flood.answered(b'"id":"after the attack"')
    flood.close()
    with agent.connect() as after:
        after.ping()
    growth = agent.peak_kib() - idle
    print(f"{name}: {growth} KiB")
    assert growth < GROWTH_MAX_KIB


def test_a_flood_of_good_requests_costs_little_memory(agent: Agent, no_sanitizer: None) -> None:
    """Thirty thousand of them, answers read."""
    with agent.connect() as before:
        before.ping()
    idle = agent.peak_kib()
    flood = Flood(agent.socket)
    flood.send(b'{"execute":"guest-info"}' * 30000 + b'{"execute":"guest-ping","id":"end"}')
    assert flood.answered(b'"id":"end"')
    assert agent.peak_kib() - idle < GROWTH_MAX_KIB


UNREAD = {
    "pings": b'{"execute":"guest-ping"}' * 40000,
    "long answers": b'{"execute":"guest-info"}' * 40000,
    "errors": b"}" * 400000,
    "events": b'{"execute":"hypnos-events"}' * 40000,
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_client_that_never_reads_costs_bounded_memory_and_no_cpu(
    name: str, agent: Agent, no_sanitizer: None
) -> None:
    """It is not read from either; SIGTERM still ends the agent."""
    fill_event_log(agent)
    idle = agent.peak_kib()
    deaf = socket.socket(socket.AF_UNIX)
    deaf.connect(str(agent.socket))
    deaf.settimeout(0.3)
    with pytest.raises(TimeoutError):
        deaf.sendall(UNREAD[name])
    assert agent.peak_kib() - idle < GROWTH_MAX_KIB
    with agent.connect() as other:
        other.ping()
    wait_for(lambda: is_quiet(agent), "the agent to have done all that it can do")
    ticks, switches = agent.cpu_ticks(), agent.context_switches()
    deaf.settimeout(0.5)
    with pytest.raises(TimeoutError):
        deaf.sendall(b" ")
    assert agent.cpu_ticks() - ticks <= 1
    assert agent.context_switches() - switches <= 2, "beyond the end of the other client"
    assert agent.terminate(seconds=1.0) == 0
    deaf.close()


def is_quiet(agent: Agent) -> bool:
    """Whether it does nothing for a while."""
    ticks, switches = agent.cpu_ticks(), agent.context_switches()
    time.sleep(0.3)
    return (agent.cpu_ticks(), agent.context_switches()) == (ticks, switches)


def fill_event_log(agent: Agent) -> None:
    """Sleeps that fail, for the sake of their events."""
    agent.root.write("sys/power/suspend_stats/success", "0")
    with agent.connect_power() as power:
        for _ in range(35):
            agent.root.write("sys/power/state", "freeze mem disk")
            power.request("hypnos-suspend", {"mode": "ram"})
            power.event("HYPNOS_SUSPEND_FAILED")


def test_a_client_that_reads_at_last_gets_every_answer_in_order(agent: Agent) -> None:
    """Nothing is lost while it did not read."""
    with agent.connect() as slow:
        requests = b"".join(
            b'{"execute":"guest-sync","arguments":{"id":%d}}' % n for n in range(3000)
        )
        slow.send(requests)
        assert [slow.message() for _ in range(3000)] == [{"return": n} for n in range(3000)]


def test_half_a_message_on_each_port_costs_little(agent: Agent, no_sanitizer: None) -> None:
    """As long as a message may be."""
    with agent.connect() as before:
        before.ping()
    idle = agent.peak_kib()
    floods = [Flood(agent.socket), Flood(agent.power_socket)]
    for flood in floods:
        flood.send(b'"' + b"x" * (MIB - 4096))
    with agent.connect() as other:
        other.ping()
    assert agent.peak_kib() - idle < GROWTH_MAX_KIB
    for flood in floods:
        flood.close()


def test_more_clients_than_allowed_are_hung_up_on_and_the_others_served(agent: Agent) -> None:
    """And a place that becomes free is given again."""
    clients = [agent.connect() for _ in range(100)]
    served = []
    for number, one in enumerate(clients):
        try:
            one.ping()
            served.append(one)
        except (ConnectionError, BrokenPipeError):
            assert number > 0
    assert 2 <= len(served) < 100
    for one in clients:
        one.close()
    wait_for(lambda: is_served(agent), "a free place")


def is_served(agent: Agent) -> bool:
    """Whether a new client is."""
    try:
        with agent.connect() as client:
            client.ping()
            return True
    except (ConnectionError, BrokenPipeError):
        return False


def test_half_a_message_is_not_finished_by_the_next_client(agent: Agent) -> None:
    """Nor by another that is there at the same time."""
    with agent.connect() as other:
        with agent.connect() as one:
            one.send(b'{"execute":"guest-pi')
        other.send(b'ng"}\n')
        assert "error" in other.reply()
        with agent.connect() as next_one:
            next_one.send(b'ng"}\n')
            assert "error" in next_one.reply()


def test_two_thousand_requests_in_one_go_are_answered_in_order(client: Client) -> None:
    """guest-sync with its number."""
    client.send(
        b"".join(b'{"execute":"guest-sync","arguments":{"id":%d}}\n' % n for n in range(2000))
    )
    for number in range(2000):
        assert client.message() == {"return": number}


def test_several_clients_at_once_get_their_own_answers(agent: Agent) -> None:
    """Interleaved."""
    clients = [agent.connect() for _ in range(8)]
    for round_number in range(20):
        for number, one in enumerate(clients):
            one.request("guest-sync", {"id": 1000 * number + round_number})
        for number, one in enumerate(clients):
            assert one.message() == {"return": 1000 * number + round_number}
    for one in clients:
        one.close()


def test_a_client_that_half_closes_gets_its_answers(agent: Agent) -> None:
    """As socat and printf do."""
    with agent.connect() as client:
        client.request("guest-ping")
        client.request("guest-info")
        client.close_sending_side()
        assert client.reply() == {"return": {}}
        assert "supported_commands" in client.reply()["return"]
        assert client.hung_up()


def test_a_client_that_vanishes_while_it_floods_leaves_nothing_behind(agent: Agent) -> None:
    """More often than there are places."""
    for _ in range(100):
        with agent.connect(judged=False) as gone:
            gone.send(b" " * 4096 * 31 + b'{"execute":"guest-ping"}' * 100)
    wait_for(lambda: is_served(agent), "service after the floods")
    wait_for(lambda: len(os.listdir(f"/proc/{agent.pid}/fd")) < 40, "closed descriptors")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_agent_at_once(number: int, agent: Agent, client: Client) -> None:
    """With status 0, client or no client."""
    client.ping()
    os.kill(agent.pid, number)
    assert agent.wait(1.0) == 0
    assert client.hung_up()


def test_an_idle_agent_is_never_woken(agent: Agent, client: Client, power: Client) -> None:
    """With clients on both ports."""
    client.ping()
    power.ping()
    with pytest.raises(TimeoutError):
        client.line(seconds=0.1)  # it may be busy with the last reply for a moment
    before = agent.context_switches()
    with pytest.raises(TimeoutError):
        power.line(seconds=1.0)
    assert agent.context_switches() == before


def test_the_commands_it_lists_are_those_it_has(client: Client) -> None:
    """guest-info; each is enabled, and only what ends or halts the machine is silent on success."""
    listed = client.result("guest-info")["supported_commands"]
    names = [command["name"] for command in listed]
    assert len(set(names)) == len(names)
    assert all(command["enabled"] for command in listed)
    silent = {command["name"] for command in listed if not command["success-response"]}
    sleeps = {"guest-suspend-ram", "guest-suspend-disk", "guest-suspend-hybrid"}
    assert silent == {"guest-shutdown", *sleeps}
    for name in names:
        error = client.error(name, {"no such argument": 1})
        assert error["class"] == "GenericError", name


def test_a_time_is_told_in_nanoseconds(client: Client) -> None:
    """Between ours before and ours after."""
    before = time.time_ns()
    assert before <= client.result("guest-get-time") <= time.time_ns()


def test_the_error_output_says_who_and_why(make_agent: Callable[..., Agent]) -> None:
    """Wrong words on the command line."""
    agent = make_agent(["-m", "carrier-pigeon"])
    agent.spawn({})
    assert agent.wait() == 2
    assert agent.log_text().startswith("hypnos-agent: 'carrier-pigeon' is no method")
