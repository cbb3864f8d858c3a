# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calling a sleep off, forcing it, trying it; what a dead agent leaves; sleeps of others."""

import errno
import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.agent import Agent
from harness.client import Client, Message
from harness.fake_root import FakeKernel, FakeRoot
from harness.waiting import wait_for

RAM = {"mode": "ram"}
MARKER = "var/lib/hypnos/transaction.json"
MARKER_OF_THIS_BOOT = "run/hypnos/transaction.json"
NEXT_BOOT = "99999999-2222-3333-4444-555555555555"
STATES = "freeze mem disk\n"
NOTE = 'echo "$1${HYPNOS_RESULT:+ $HYPNOS_RESULT}" >>"$LOG"'
SHUTDOWN_ONLY = "[shutdown] reboot suspend\n"
"""What /sys/power/disk says of a machine without S4, which is a warning."""


def note_and_wait(root: FakeRoot, phase: str = "pre") -> str:
    """A script that notes its phase and, in one of them, waits for let_go()."""
    return f'{NOTE}; [ $1 != {phase} ] || until [ -e {root.path}/go ]; do sleep 0.01; done'


def let_go(root: FakeRoot) -> None:
    """End the waiting of note_and_wait()."""
    root.write("go", "")


def wait_for_state(client: Client, state: str) -> Message:
    """The status, once it says so."""
    wait_for(lambda: client.result("hypnos-status")["state"] == state, f"state {state}")
    return client.result("hypnos-status")


def ended_since(agent: Agent, seq: int) -> list[Message]:
    """Events of ended transactions above that number, once nothing is under way."""
    with agent.connect() as client:
        wait_for_state(client, "idle")
        events = client.result("hypnos-events", {"since": seq})["events"]
    return [event for event in events if "outcome" in event["data"]]


def restart(agent: Agent) -> None:
    """As after a crash."""
    agent.kill()
    agent.start()


class Gate:
    """A FIFO in the place of a file: who opens that to read waits until the gate is removed."""

    def __init__(self, root: FakeRoot, name: str) -> None:
        self._path = root.path / name
        self._path.unlink(missing_ok=True)
        self._path.parent.mkdir(exist_ok=True)
        os.mkfifo(self._path)

    def open(self) -> None:
        """Let whoever waits find an end of file."""
        wait_for(self._has_reader, "somebody reading the file")

    def _has_reader(self) -> bool:
        try:
            os.close(os.open(self._path, os.O_WRONLY | os.O_NONBLOCK))
            return True
        except OSError as error:
            assert error.errno == errno.ENXIO
            return False


# hypnos-cancel.


def test_with_nothing_under_way_there_is_nothing_to_cancel(client: Client) -> None:
    assert "nothing to cancel" in client.error("hypnos-cancel")["desc"]
    assert "'all' is unexpected" in client.error("hypnos-cancel", {"all": True})["desc"]


def test_a_check_is_cancelled_and_nothing_was_prepared(
    client: Client, power: Client, root: FakeRoot
) -> None:
    root.add_hook("10-a", NOTE)
    Gate(root, "sys/power/mem_sleep")
    client.request("hypnos-suspend", RAM, id="suspend")
    assert client.result("hypnos-status")["state"] == "checking"
    client.request("hypnos-cancel", id="cancel")
    replies = {reply["id"]: reply for reply in (client.reply(), client.reply())}
    assert replies["cancel"]["return"] == {}
    assert replies["suspend"]["error"]["data"] == {"outcome": "cancelled"}
    assert client.result("hypnos-status")["state"] == "idle"
    power.ping()
    assert [event["event"] for event in power.events] == []
    assert root.log() == []


@pytest.mark.parametrize("command", ["hypnos-suspend", "guest-suspend-ram"])
def test_a_preparation_is_cancelled_and_undone(
    command: str, client: Client, power: Client, root: FakeRoot
) -> None:
    """The hook that runs is ended; the next one is not started."""
    root.add_hook("10-a", note_and_wait(root))
    root.add_hook("20-b", NOTE)
    client.request(command, RAM if command == "hypnos-suspend" else None, id="suspend")
    wait_for(lambda: root.log() == ["pre"], "the hook")
    transaction = client.result("hypnos-status")["transaction"]
    assert client.result("hypnos-cancel", {"transaction": transaction}) == {}
    assert "being cancelled already" in client.error("hypnos-cancel")["desc"]
    reply = client.reply()
    assert reply["id"] == "suspend"
    assert reply["error"]["desc"] == "suspend refused: cancelled by the host"
    assert reply["error"]["data"] == {"outcome": "cancelled"}
    data = power.event("HYPNOS_SUSPEND_FAILED")["data"]
    assert (data["transaction"], data["outcome"]) == (transaction, "cancelled")
    assert data["error"] == "cancelled by the host"
    assert root.log() == ["pre", "post aborted"]
    assert root.read("sys/power/state") == STATES
    wait_for_state(client, "idle")
    assert not (root.path / MARKER).exists()


def fill(client: Client) -> None:
    """Ask and do not read, until the agent has something left to say."""
    for _ in range(40):
        client.send(b'{"execute":"guest-info"}\n' * 20)


@pytest.mark.parametrize("command", ["hypnos-suspend", "guest-suspend-ram"])
def test_what_was_announced_can_still_be_cancelled(
    command: str, kernel: FakeKernel, agent: Agent, client: Client, power: Client
) -> None:
    """While the announcement leaves. The caller of hypnos-suspend was told that it sleeps."""
    with agent.connect(judged=False) as deaf:
        fill(deaf)
        client.request(command, RAM if command == "hypnos-suspend" else None, id="suspend")
        power.event("HYPNOS_SUSPENDING")
        assert power.ask("hypnos-cancel") == {"return": {}}
    assert power.events[-1]["event"] == "HYPNOS_SUSPEND_FAILED", "and before that reply"
    assert power.events[-1]["data"]["outcome"] == "cancelled"
    reply = client.reply()
    if command == "hypnos-suspend":
        assert reply["return"]["accepted"] is True
    else:
        assert reply["error"]["data"] == {"outcome": "cancelled"}
    assert agent.root.read("sys/power/state") == STATES


def test_a_sleep_cannot_be_cancelled(
    kernel: FakeKernel, agent: Agent, client: Client, power: Client
) -> None:
    """Nor is it disturbed."""
    agent.root.add_hook("10-a", note_and_wait(agent.root, "post"))
    transaction = client.result("hypnos-suspend", RAM)["transaction"]
    kernel.fall_asleep()
    too_late = f"it is too late to cancel: transaction {transaction} is "
    assert client.error("hypnos-cancel")["desc"] == too_late + "asleep"
    kernel.wake()
    wait_for_state(client, "undoing")
    assert client.error("hypnos-cancel")["desc"] == too_late + "undoing"
    let_go(agent.root)
    assert power.event("HYPNOS_RESUMED")["data"]["outcome"] == "slept"


def test_only_the_transaction_that_was_meant_is_cancelled(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    root.add_hook("10-a", note_and_wait(root))
    transaction = str(uuid.uuid4())
    client.request("hypnos-suspend", {**RAM, "transaction": transaction}, id="suspend")
    wait_for_state(client, "preparing")
    error = client.error("hypnos-cancel", {"transaction": str(uuid.uuid4())})
    assert error["desc"].endswith("it is " + transaction)
    let_go(root)
    assert client.reply()["return"]["accepted"] is True
    kernel.fall_asleep()
    kernel.wake()
    power.event("HYPNOS_RESUMED")


# force and warnings.


def test_force_overrides_a_veto(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """Which is reported all the same."""
    root.add_hook("10-a", "exit 3")
    assert client.error("hypnos-suspend", RAM)["data"] == {"outcome": "refused"}
    power.event("HYPNOS_SUSPEND_FAILED")
    assert client.result("hypnos-suspend", {**RAM, "force": True})["accepted"] is True
    kernel.fall_asleep()
    kernel.wake()
    pre = power.event("HYPNOS_RESUMED")["data"]["hooks"][0]
    assert (pre["result"], pre["status"]) == ("failed", 3)


def test_force_does_not_override_a_hook_that_is_required(
    client: Client, power: Client, root: FakeRoot
) -> None:
    root.add_hook("10-a", "exit 3")
    root.write("etc/hypnos/sleep.d/10-a.conf", "[Hook]\nOnFailure=required\n")
    error = client.error("hypnos-suspend", {**RAM, "force": True})
    assert error["desc"] == "suspend refused: hook 10-a refused with status 3"


def test_warnings_come_with_the_reply(client: Client, power: Client, root: FakeRoot) -> None:
    """The same that preflight tells; without any there is no such member."""
    root.write("sys/power/disk", SHUTDOWN_ONLY)
    warnings = client.result("hypnos-preflight", {"mode": "disk"})["findings"]
    assert [finding["code"] for finding in warnings] == ["pm.s4-off"]
    reply = client.result("hypnos-suspend", {"mode": "disk"})
    assert reply == {"accepted": True, "transaction": reply["transaction"], "warnings": warnings}
    power.event("HYPNOS_SUSPEND_FAILED")
    root.write("sys/power/state", STATES)
    assert "warnings" not in client.result("hypnos-suspend", RAM)


# What a dead agent leaves.


def test_a_hook_that_outlives_its_agent_is_undone_once(agent: Agent, root: FakeRoot) -> None:
    root.add_hook("10-a", note_and_wait(root))
    root.add_hook("20-b", NOTE)
    with agent.connect() as client:
        client.request("hypnos-suspend", RAM)
        wait_for(lambda: root.log() == ["pre"], "the hook")
    assert json.loads(root.read(MARKER))["stage"] == "preparing"
    restart(agent)
    (ended,) = ended_since(agent, 1)
    assert ended["event"] == "HYPNOS_SUSPEND_FAILED"
    assert ended["data"]["outcome"] == "failed"
    assert "nothing slept" in ended["data"]["error"]
    for _ in range(2):
        assert root.log() == ["pre", "post failed"]
        assert not (root.path / MARKER).exists()
        assert ended_since(agent, 1) == [ended]
        restart(agent)


def die_asleep(agent: Agent, kernel: FakeKernel, mode: str) -> str:
    """The transaction of a sleep in which the agent was killed."""
    agent.root.add_hook("10-a", NOTE)
    with agent.connect() as client:
        transaction = client.result("hypnos-suspend", {"mode": mode})["transaction"]
    kernel.fall_asleep("mem" if mode == "ram" else "disk")
    agent.kill()
    assert json.loads(agent.root.read(MARKER))["stage"] == "entering"
    return str(transaction)


@pytest.mark.parametrize("mode", ["disk", "hybrid"])
def test_an_image_that_was_lost_is_told_and_undone_once(
    mode: str, agent: Agent, kernel: FakeKernel
) -> None:
    """In the next boot, and not in the one after it."""
    transaction = die_asleep(agent, kernel, mode)
    agent.root.set_boot_id(NEXT_BOOT)
    agent.start()
    (lost,) = ended_since(agent, 0)
    assert lost["event"] == "HYPNOS_IMAGE_LOST"
    assert lost["data"]["outcome"] == "image-lost"
    assert (lost["data"]["transaction"], lost["data"]["mode"]) == (transaction, mode)
    assert (lost["data"]["boot-id"], lost["data"]["slept-ms"]) == (NEXT_BOOT, 0)
    with agent.connect() as client:
        assert client.result("hypnos-status")["last"] == lost["data"]
    for _ in range(2):
        assert agent.root.log() == ["pre", "post lost"]
        assert not (agent.root.path / MARKER).exists()
        assert ended_since(agent, 0) == [lost]
        restart(agent)


def test_a_sleep_in_ram_has_no_image_to_lose(agent: Agent, kernel: FakeKernel) -> None:
    die_asleep(agent, kernel, "ram")
    agent.root.set_boot_id(NEXT_BOOT)
    agent.start()
    (ended,) = ended_since(agent, 0)
    assert (ended["event"], ended["data"]["outcome"]) == ("HYPNOS_SUSPEND_FAILED", "failed")
    assert "restarted in the middle of the sleep" in ended["data"]["error"]
    assert agent.root.log() == ["pre", "post failed"]


def test_a_sleep_that_the_agent_did_not_live_to_see_end_is_proved(
    agent: Agent, kernel: FakeKernel
) -> None:
    """By what the kernel has counted since."""
    transaction = die_asleep(agent, kernel, "ram")
    agent.root.write("sys/power/suspend_stats/success", "1\n")
    agent.root.write("sys/power/state", STATES)
    agent.start()
    (ended,) = ended_since(agent, 0)
    assert (ended["event"], ended["data"]["outcome"]) == ("HYPNOS_RESUMED", "slept")
    assert (ended["data"]["transaction"], ended["data"]["initiator"]) == (transaction, "host")
    assert agent.root.log() == ["pre", "post resumed"]


@pytest.mark.parametrize("name", [MARKER, MARKER_OF_THIS_BOOT])
@pytest.mark.parametrize("text", ["", "{", "null", '{"version":1}', "\0\xff" * 100])
def test_a_broken_marker_is_removed_with_a_warning(
    name: str, text: str, root: FakeRoot, make_agent: Callable[..., Agent]
) -> None:
    root.write(name, text)
    agent = make_agent().start()
    assert ended_since(agent, 0) == []
    assert not (root.path / name).exists()
    assert f"/{name} is no record of a transaction" in agent.log_text()


def test_where_var_cannot_be_written_run_will_do(agent: Agent, root: FakeRoot) -> None:
    """Until the next boot, which the log tells."""
    root.write(str(Path(MARKER).parent), "in the way of the directory")
    root.add_hook("10-a", note_and_wait(root))
    with agent.connect() as client:
        client.request("hypnos-suspend", RAM)
        wait_for(lambda: root.log() == ["pre"], "the hook")
    assert json.loads(root.read(MARKER_OF_THIS_BOOT))["stage"] == "preparing"
    assert "image gets lost" in agent.log_text()
    restart(agent)
    assert len(ended_since(agent, 1)) == 1
    assert root.log() == ["pre", "post failed"]
    assert not (root.path / MARKER_OF_THIS_BOOT).exists()


def test_of_two_markers_the_one_of_this_boot_is_newer(agent: Agent, kernel: FakeKernel) -> None:
    """/var could no longer be written in the middle of a sleep."""
    die_asleep(agent, kernel, "ram")
    marker = json.loads(agent.root.read(MARKER))
    agent.root.write(MARKER_OF_THIS_BOOT, json.dumps(marker))
    agent.root.write(MARKER, json.dumps({**marker, "stage": "preparing"}))
    agent.start()
    (ended,) = ended_since(agent, 0)
    assert "nothing shows that the guest slept" in ended["data"]["error"]
    assert not (agent.root.path / MARKER).exists()
    assert not (agent.root.path / MARKER_OF_THIS_BOOT).exists()


# Trying it.


def test_a_rehearsal_says_why_it_cannot_be(client: Client) -> None:
    reply = client.result("hypnos-rehearse")
    assert (reply["works"], reply["step"], reply["errno"]) == (False, "open", errno.ENOENT)
    assert "/dev/snapshot" in reply["error"]


def test_a_sleep_under_way_refuses_a_rehearsal(client: Client, root: FakeRoot) -> None:
    root.add_hook("10-a", note_and_wait(root) + "; exit 1")
    client.request("hypnos-suspend", RAM, id="suspend")
    transaction = wait_for_state(client, "preparing")["transaction"]
    error = client.error("hypnos-rehearse")
    assert error["data"] == {"outcome": "refused"}
    assert transaction in error["desc"]
    let_go(root)
    assert "10-a refused" in client.reply()["error"]["desc"]


def test_a_rehearsal_under_way_refuses_a_sleep(client: Client, root: FakeRoot) -> None:
    """It is no transaction, and cannot be cancelled."""
    gate = Gate(root, "dev/snapshot")
    client.request("hypnos-rehearse", id="rehearsal")
    assert "transaction" not in wait_for_state(client, "rehearsing")
    for command in ("hypnos-suspend", "hypnos-rehearse"):
        error = client.error(command, RAM if command == "hypnos-suspend" else None)
        assert "a rehearsal is under way" in error["desc"]
        assert error["data"] == {"outcome": "refused"}
    assert "rehearsal is under way" in client.error("hypnos-cancel")["desc"]
    gate.open()
    reply = client.reply()
    assert (reply["id"], reply["return"]["step"]) == ("rehearsal", "freeze")
    assert client.result("hypnos-status")["state"] == "idle"


# Preflight.


def test_of_many_questions_at_once_the_surplus_is_refused(client: Client) -> None:
    requests = [
        {"execute": "hypnos-preflight", "arguments": RAM, "id": number} for number in range(17)
    ]
    client.send("".join(json.dumps(request) + "\n" for request in requests).encode())
    replies = {reply["id"]: reply for reply in (client.reply() for _ in requests)}
    assert "too many questions" in replies.pop(16)["error"]["desc"]
    assert list(replies) == list(range(16)), "in their order"
    assert all(reply["return"]["works"] for reply in replies.values())
    assert client.result("hypnos-preflight", RAM)["works"] is True


def test_who_asks_and_leaves_does_no_harm(agent: Agent) -> None:
    with agent.connect() as leaver:
        for number in range(5):
            leaver.request("hypnos-preflight", {"mode": "disk"}, id=number)
        leaver.request("hypnos-rehearse")
    with agent.connect() as client:
        assert client.result("hypnos-preflight", RAM)["works"] is True


# logind.


@pytest.mark.parametrize("command", ["hypnos-suspend", "guest-suspend-ram"])
def test_without_a_bus_logind_cannot_be_asked(
    command: str, root: FakeRoot, make_agent: Callable[..., Agent]
) -> None:
    """And nobody writes to /sys/power instead."""
    root.write("etc/hypnos/agent.conf", "[Sleep]\nBackend=logind\n")
    root.add_hook("10-a", NOTE)
    agent = make_agent().start()
    with agent.connect() as client, agent.connect_power() as power:
        assert client.result("hypnos-capabilities")["backend"] == "logind"
        reply = client.ask(command, RAM if command == "hypnos-suspend" else None, id=1)
        data = power.event("HYPNOS_SUSPEND_FAILED")["data"]
    assert data["outcome"] == "failed"
    assert "there is no system bus to reach systemd-logind" in data["error"]
    if command == "guest-suspend-ram":
        assert reply["error"]["desc"] == data["error"]
        assert reply["error"]["data"] == {"outcome": "failed"}
    assert root.log() == ["pre", "post failed"]
    assert root.read("sys/power/state") == STATES


# Sleeps that others start.


def test_a_sleep_that_nobody_was_there_to_see_is_told_at_the_next_start(
    agent: Agent, root: FakeRoot
) -> None:
    """By the kernel's count, which has grown since the agent last looked."""
    root.add_hook("10-a", NOTE)
    agent.kill()
    root.write("sys/power/suspend_stats/success", "1\n")
    agent.start()
    (ended,) = ended_since(agent, 1)
    assert ended["event"] == "HYPNOS_RESUMED"
    data = ended["data"]
    assert (data["initiator"], data["mode"], data["outcome"]) == ("local", "ram", "slept")
    assert data["resume-count"] == 1
    assert str(uuid.UUID(data["transaction"])) == data["transaction"]
    restart(agent)
    assert ended_since(agent, 1) == [ended]
    assert root.log() == ["post resumed"]
