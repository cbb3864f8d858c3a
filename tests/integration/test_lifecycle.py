# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starting, ending and starting again; the ways in."""

import json
import os
import pty
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeKernel, FakeRoot
from harness.waiting import wait_for

MakeAgent = Callable[..., Agent]


def sleep_once(agent: Agent, kernel: FakeKernel) -> None:
    """One whole sleep."""
    with agent.connect_power() as power:
        power.request("hypnos-suspend", {"mode": "ram"})
        kernel.fall_asleep()
        kernel.wake()
        power.event("HYPNOS_RESUMED")
        power.ping()  # its marker is removed right after the event


def test_killed_and_restarted_it_answers_and_goes_on_counting(
    agent: Agent, kernel: FakeKernel
) -> None:
    """Events of the same boot are still there."""
    sleep_once(agent, kernel)
    agent.kill()
    agent.start()
    with agent.connect() as client:
        client.ping()
        found = client.result("hypnos-events")
        assert [event["data"]["seq"] for event in found["events"]] == [1, 2, 3, 4]
        assert found["events"][-1]["event"] == "HYPNOS_READY"
        assert client.result("hypnos-status")["resume-count"] == 1
        assert client.result("hypnos-status")["last"]["outcome"] == "slept"
    sleep_once(agent, kernel)
    with agent.connect() as client:
        assert client.result("hypnos-status")["resume-count"] == 2


def test_a_transaction_that_a_killed_agent_left_open_is_closed_by_the_next(
    agent: Agent, kernel: FakeKernel
) -> None:
    """Nothing stays announced for ever."""
    with agent.connect() as client:
        transaction = client.result("hypnos-suspend", {"mode": "ram"})["transaction"]
    kernel.fall_asleep()
    agent.kill()
    agent.start()
    with agent.connect() as client:
        ended, ready = client.result("hypnos-events", {"since": 2})["events"]
        assert (ended["event"], ready["event"]) == ("HYPNOS_SUSPEND_FAILED", "HYPNOS_READY")
        assert ended["data"]["transaction"] == transaction
        assert ended["data"]["outcome"] == "failed"


def test_an_image_that_was_lost_is_the_end_of_its_transaction(
    agent: Agent, kernel: FakeKernel
) -> None:
    """The next boot's agent tells so, by event and in its status."""
    with agent.connect() as client:
        transaction = client.result("hypnos-suspend", {"mode": "ram"})["transaction"]
    kernel.fall_asleep()
    agent.kill()
    marker = agent.root.read("var/lib/hypnos/transaction.json")
    agent.root.write("var/lib/hypnos/transaction.json", marker.replace('"ram"', '"disk"'))
    agent.root.set_boot_id("99999999-2222-3333-4444-555555555555")
    agent.start()
    with agent.connect() as client:
        lost = client.result("hypnos-events")["events"][0]
        assert lost["event"] == "HYPNOS_IMAGE_LOST"
        assert lost["data"]["transaction"] == transaction
        assert client.result("hypnos-status")["last"]["outcome"] == "image-lost"


def test_sigterm_ends_the_sleep_under_way_first(agent: Agent, kernel: FakeKernel) -> None:
    """Its hooks are undone, its settings put back, its end told; then the agent ends, with 0."""
    agent.root.write("sys/power/mem_sleep", "[s2idle] deep\n")
    agent.root.add_hook("10-both", 'echo "$1" >>"$LOG"')
    with agent.connect_power() as power:
        power.result("hypnos-suspend", {"mode": "ram"})
        kernel.fall_asleep()
        os.kill(agent.pid, signal.SIGTERM)
        assert power.result("hypnos-status")["state"] == "asleep"
        kernel.wake()
        power.event("HYPNOS_RESUMED")
    assert agent.wait() == 0
    assert agent.root.log() == ["pre", "post"]
    assert agent.root.read("sys/power/mem_sleep") == "s2idle"


def test_after_another_boot_it_counts_from_one(agent: Agent, kernel: FakeKernel) -> None:
    """What the last boot saw is of no interest."""
    sleep_once(agent, kernel)
    agent.kill()
    agent.root.set_boot_id("99999999-2222-3333-4444-555555555555")
    agent.start()
    with agent.connect() as client:
        found = client.result("hypnos-events")
        assert found["boot-id"] == "99999999-2222-3333-4444-555555555555"
        assert [event["data"]["seq"] for event in found["events"]] == [1]
        assert client.result("hypnos-status")["resume-count"] == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"boot-id":5}', "\0\xff" * 100])
def test_a_broken_state_file_costs_only_the_past(
    text: str, root: FakeRoot, make_agent: MakeAgent
) -> None:
    """It starts anyway."""
    root.write("run/hypnos/events.json", text)
    with make_agent().start().connect() as client:
        assert client.result("hypnos-events")["last-seq"] == 1


def test_a_full_log_survives_a_restart(agent: Agent) -> None:
    """Many events, with hooks that talk much."""
    for number in range(20):
        agent.root.add_hook(f"{number:02}-talker", "head -c 5000 /dev/zero | tr '\\0' x")
    with agent.connect_power() as power:
        for _ in range(8):
            agent.root.write("sys/power/state", "freeze mem disk")
            power.request("hypnos-suspend", {"mode": "ram"})
            power.event("HYPNOS_SUSPEND_FAILED")
        before = power.result("hypnos-events")
    agent.kill()
    agent.start()
    with agent.connect() as client:
        assert client.result("hypnos-events")["last-seq"] == before["last-seq"] + 1


def test_a_sleep_while_nobody_listens_is_found_later(
    agent: Agent, kernel: FakeKernel
) -> None:
    """By its number."""
    with agent.connect() as client:
        seen = client.result("hypnos-status")["last-seq"]
        client.request("guest-suspend-ram")
    kernel.fall_asleep()
    kernel.wake()
    with agent.connect_power() as later:
        found = later.result("hypnos-events", {"since": seen})["events"]
        if len(found) < 2:
            later.event("HYPNOS_RESUMED")
            found = later.result("hypnos-events", {"since": seen})["events"]
        assert [event["event"] for event in found] == ["HYPNOS_SUSPENDING", "HYPNOS_RESUMED"]


def test_a_stale_socket_is_replaced(agent: Agent) -> None:
    """As a killed agent leaves it."""
    agent.kill()
    assert agent.socket.exists()
    agent.start()
    with agent.connect() as client:
        client.ping()


def test_a_socket_is_for_its_owner_only(agent: Agent) -> None:
    """Whoever can connect can suspend."""
    for path in (agent.socket, agent.power_socket):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_living_agent_keeps_its_socket(agent: Agent, make_agent: MakeAgent) -> None:
    """A second one is turned away and says why."""
    second = make_agent()
    second.log = agent.root.path / "second.log"
    second.spawn({})
    assert second.wait() == 1
    assert str(agent.socket) in second.log_text()
    with agent.connect() as client:
        client.ping()


def test_what_is_no_socket_is_not_removed(root: FakeRoot, make_agent: MakeAgent) -> None:
    """It may be somebody's file."""
    root.write("qemu.sock", "precious")
    agent = make_agent()
    agent.spawn({})
    assert agent.wait() == 1
    assert root.read("qemu.sock") == "precious"


def test_a_mistake_in_the_configuration_keeps_it_from_starting(
    root: FakeRoot, make_agent: MakeAgent
) -> None:
    """With a status of its own, after which systemd does not try again."""
    root.write("etc/hypnos/agent.conf.d/site.conf", "[Resume]\nClock=never\n")
    agent = make_agent()
    agent.spawn({})
    assert agent.wait() == 78
    assert f"{root.path}/etc/hypnos/agent.conf.d/site.conf: [Resume] Clock= is" in agent.log_text()


def test_a_path_too_long_for_a_socket_is_refused_with_the_limit(
    root: FakeRoot, make_agent: MakeAgent
) -> None:
    """107 bytes."""
    agent = make_agent(["-m", "unix-listen", "-p", "/" + "x" * 200])
    agent.spawn({})
    assert agent.wait() == 2
    assert "107 bytes" in agent.log_text()


@pytest.mark.parametrize("arguments", [["--nonsense"], ["-m", "pigeon"], ["operand"]])
def test_a_wrong_command_line_has_a_status_of_its_own(
    arguments: list[str], make_agent: MakeAgent
) -> None:
    """systemd does not try again after it."""
    agent = make_agent(arguments)
    agent.spawn({})
    assert agent.wait() == 2
    assert "hypnos-agent: " in agent.log_text()


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_the_service_manager_is_told(kind: str, tmp_path: Path, make_agent: MakeAgent) -> None:
    """READY=1 once it serves, STOPPING=1 before it ends."""
    name = str(tmp_path / "notify") if kind == "path" else f"@hypnos-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(10)
        manager.bind(name.replace("@", "\0", 1))
        agent = make_agent()
        agent.spawn({"NOTIFY_SOCKET": name})
        lines = manager.recv(4096).decode().splitlines()
        assert lines[0] == "READY=1"
        assert lines[1].startswith("STATUS=") and str(agent.socket) in lines[1]
        with agent.connect() as client:
            client.ping()
        assert agent.terminate() == 0
        assert manager.recv(4096).decode().splitlines()[0] == "STOPPING=1"


@pytest.mark.parametrize("name", ["", "x", "@", "/nonexistent/socket", "/" + "x" * 300])
def test_a_useless_notify_socket_does_no_harm(name: str, make_agent: MakeAgent) -> None:
    """Nobody listens there."""
    agent = make_agent()
    agent.spawn({"NOTIFY_SOCKET": name})
    wait_for(agent.power_socket.exists, "the agent's sockets")
    wait_for(lambda: can_ping(agent), "an answer")


def can_ping(agent: Agent) -> bool:
    """Whether it listens already, and then answers."""
    try:
        with agent.connect() as client:
            client.ping()
            return True
    except (ConnectionRefusedError, FileNotFoundError):
        return False


class Terminal:
    """A pair of pseudo-terminals; the agent gets the far end as its serial port."""

    def __init__(self) -> None:
        self.near, far = pty.openpty()
        self.path = os.ttyname(far)
        self._far = far

    def close_far(self) -> None:
        """Leave the far end to the agent alone."""
        os.close(self._far)

    def send(self, data: bytes) -> None:
        """To the agent."""
        os.write(self.near, data)

    def lines(self, count: int) -> list[bytes]:
        """From the agent."""
        data = b""
        while data.count(b"\n") < count:
            data += os.read(self.near, 4096)
        return data.splitlines()


def test_a_serial_port_is_spoken_on_raw(make_agent: MakeAgent) -> None:
    """No echo, no carriage returns, 8 bits: the mark of a delimited sync comes through."""
    terminal = Terminal()
    make_agent(["-m", "isa-serial", "-p", terminal.path]).start()
    terminal.close_far()
    terminal.send(b'{"execute":"guest-sync-delimited","arguments":{"id":3}}')
    assert terminal.lines(1) == [b'\xff{"return":3}']
    terminal.send(b'{"execute":"guest-ping","id":"\x7f\xc3\xa9"}')
    assert json.loads(terminal.lines(1)[0]) == {"return": {}, "id": "\x7f\u00e9"}
    terminal.send(b'{"half":\xff{"execute":"guest-ping"}')
    assert terminal.lines(1) == [b'{"return":{}}']
    os.close(terminal.near)


def test_a_device_that_comes_later_is_opened_then(root: FakeRoot, make_agent: MakeAgent) -> None:
    """Nothing polls for it meanwhile."""
    agent = make_agent(["-m", "isa-serial", "-p", str(root.path / "dev/port")]).start()
    before = agent.context_switches()
    (root.path / "dev").mkdir()
    terminal = Terminal()
    (root.path / "dev/port").symlink_to(terminal.path)
    wait_for(lambda: is_open_in(agent, terminal.path), "the agent opening its port")
    assert agent.context_switches() > before
    terminal.close_far()
    terminal.send(b'{"execute":"guest-ping"}')
    assert terminal.lines(1) == [b'{"return":{}}']
    os.close(terminal.near)


def is_open_in(agent: Agent, path: str) -> bool:
    """Whether that process has that file open."""
    files = Path(f"/proc/{agent.pid}/fd").iterdir()
    return any(os.path.realpath(file) == path for file in files)  # of one just closed: itself


def test_a_device_that_goes_is_waited_for(root: FakeRoot, make_agent: MakeAgent) -> None:
    """The process lives on, quietly, and serves the next one."""
    first, second = Terminal(), Terminal()
    (root.path / "dev").mkdir()
    port = root.path / "dev/port"
    port.symlink_to(first.path)
    agent = make_agent(["-m", "isa-serial", "-p", str(port)]).start()
    first.close_far()
    port.unlink()
    os.close(first.near)
    wait_for(lambda: "is gone" in agent.log_text(), "the agent noticing")
    port.symlink_to(second.path)
    wait_for(lambda: is_open_in(agent, second.path), "the agent opening the next port")
    second.close_far()
    second.send(b'{"execute":"guest-ping"}')
    assert second.lines(1) == [b'{"return":{}}']
    os.close(second.near)


def test_a_port_that_is_missing_does_not_keep_the_other_from_serving(
    root: FakeRoot, make_agent: MakeAgent
) -> None:
    """Either may be missing."""
    power = root.path / "power.sock"
    agent = make_agent(["--power-method", "unix-listen", "--power-path", str(power)]).start()
    with agent.connect_power() as client:
        client.ping()


VSOCK_LOOPBACK = 1
VSOCK_PORT = 40000 + os.getpid() % 20000


def test_vsock_is_listened_on(make_agent: MakeAgent) -> None:
    """Over the loopback of AF_VSOCK, where the kernel has it."""
    try:
        with socket.socket(socket.AF_VSOCK) as probe:
            probe.bind((VSOCK_LOOPBACK, socket.VMADDR_PORT_ANY))
            probe.listen()
            with socket.socket(socket.AF_VSOCK) as other:
                other.settimeout(1)
                other.connect((VSOCK_LOOPBACK, probe.getsockname()[1]))
    except OSError as error:
        pytest.skip(f"this kernel has no vsock loopback ({error}); tests/qemu covers vsock")
    make_agent(["-m", "vsock-listen", "-p", f"any:{VSOCK_PORT}"]).start()
    connection = socket.socket(socket.AF_VSOCK)
    connection.connect((VSOCK_LOOPBACK, VSOCK_PORT))
    with Client(connection) as client:
        client.ping()


@pytest.mark.parametrize("path", ["", "x", "3", "x:y", "3:", ":3", "3:4:5", "-2:5"])
def test_what_is_no_vsock_address_is_refused(path: str, make_agent: MakeAgent) -> None:
    """With the form it should have."""
    agent = make_agent(["-m", "vsock-listen", "-p", path])
    agent.spawn({})
    assert agent.wait() == 2
    assert "hypnos-agent: " in agent.log_text()
    assert "CID:PORT" in agent.log_text() or "--path" in agent.log_text()
