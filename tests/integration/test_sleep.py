# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sleep: requests, refusals, hooks, events."""

import json
import uuid

import pytest
from harness.agent import Agent
from harness.client import Client, Message
from harness.fake_root import BOOT_ID, FakeKernel, FakeRoot

RAM = {"mode": "ram"}


def sleep_and_wake(kernel: FakeKernel) -> None:
    """What the kernel does for a request."""
    kernel.fall_asleep()
    kernel.wake()


def phase_names(data: Message) -> list[str]:
    """In the order in which they came."""
    times = [phase["boottime-us"] for phase in data["phases"]]
    assert times == sorted(times)
    return [phase["name"] for phase in data["phases"]]


def test_a_sleep_is_accepted_announced_and_reported(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """Reply before the sleep, an event before and one after."""
    transaction = str(uuid.uuid4())
    reply = client.ask("hypnos-suspend", {**RAM, "transaction": transaction}, id=1)
    assert reply == {"return": {"accepted": True, "transaction": transaction}, "id": 1}
    suspending = power.event("HYPNOS_SUSPENDING")["data"]
    kernel.fall_asleep()
    assert root.read("sys/power/mem_sleep") == "deep"
    assert client.result("hypnos-status")["state"] == "asleep"
    kernel.wake()
    resumed = power.event("HYPNOS_RESUMED")["data"]
    for data in (suspending, resumed):
        assert data["transaction"] == transaction
        assert data["mode"] == "ram"
        assert data["initiator"] == "host"
        assert data["boot-id"] == BOOT_ID
    assert resumed["seq"] == suspending["seq"] + 1
    assert resumed["outcome"] == "slept"
    assert resumed["resume-count"] == 1
    assert resumed["slept-ms"] >= 0
    assert phase_names(resumed) == ["requested", "hooks-run", "entering", "returned", "finished"]


def test_a_second_sleep_counts_on(kernel: FakeKernel, client: Client, power: Client) -> None:
    """resume-count and seq."""
    for count in (1, 2):
        assert client.result("hypnos-suspend", RAM)["accepted"]
        sleep_and_wake(kernel)
        assert power.event("HYPNOS_RESUMED")["data"]["resume-count"] == count
    assert client.result("hypnos-status")["resume-count"] == 2


def test_guest_suspend_ram_answers_nothing_on_success(
    kernel: FakeKernel, client: Client, power: Client
) -> None:
    """Not before, not after."""
    client.request("guest-suspend-ram", id=1)
    sleep_and_wake(kernel)
    power.event("HYPNOS_RESUMED")
    assert client.silent_until_sync(1)


def test_a_return_without_sleep_is_a_failure(
    kernel: FakeKernel, client: Client, power: Client
) -> None:
    """And guest-suspend-ram gets its error after all."""
    client.request("guest-suspend-ram", id=1)
    kernel.fall_asleep()
    kernel.return_without_sleep()
    data = power.event("HYPNOS_SUSPEND_FAILED")["data"]
    assert data["outcome"] == "failed"
    assert "without having slept" in data["error"]
    reply = client.reply()
    assert reply["id"] == 1
    assert reply["error"]["class"] == "GenericError"
    assert reply["error"]["desc"] == data["error"]


def test_a_write_that_fails_is_a_failure_with_its_errno(
    client: Client, power: Client, root: FakeRoot
) -> None:
    """Here because the file is gone when it is to be written."""
    root.add_hook("10-thief", f"rm -f {root.path}/sys/power/state")
    root.write("sys/power/suspend_stats/last_failed_dev", "vda\n")
    assert client.result("hypnos-suspend", RAM)["accepted"]
    data = power.event("HYPNOS_SUSPEND_FAILED")["data"]
    assert data["outcome"] == "failed"
    assert data["errno"] == 2
    assert "device" not in data, "that one was of an earlier failure"
    assert "/sys/power/state" in data["error"]


@pytest.mark.parametrize("command", ["guest-suspend-ram", "guest-suspend-hybrid"])
def test_without_s3_a_bare_suspend_is_refused_with_the_reason(
    command: str, client: Client, root: FakeRoot
) -> None:
    """Never a silent fall-back to something shallower."""
    root.write("sys/power/mem_sleep", "[s2idle]\n")
    reply = client.ask(command, id=5)
    assert reply["id"] == 5
    assert reply["error"]["class"] == "GenericError"
    assert "s2idle" in reply["error"]["desc"]
    finding = reply["error"]["data"]["finding"]
    assert finding["code"] == "pm.s2idle-only"
    assert finding["subject"] == "/sys/power/mem_sleep: [s2idle]"
    assert root.read("sys/power/state") == "freeze mem disk\n"


def test_s2idle_is_had_by_asking_for_it(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """And told apart in the outcome."""
    root.write("sys/power/mem_sleep", "[s2idle]\n")
    assert client.result("hypnos-suspend", {**RAM, "require": "any"})["accepted"]
    kernel.fall_asleep()
    assert root.read("sys/power/mem_sleep") == "s2idle"
    kernel.wake()
    assert power.event("HYPNOS_RESUMED")["data"]["outcome"] == "s2idle"


def test_a_disk_sleep_without_swap_is_refused_with_the_reason(
    client: Client, root: FakeRoot
) -> None:
    """zram is no swap for that."""
    root.write("proc/swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 9 0 100\n")
    error = client.error("guest-suspend-disk")
    assert error["data"]["outcome"] == "refused"
    assert error["data"]["finding"]["code"] == "swap.none"
    client.ping()


def test_settings_are_put_back(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """mem_sleep as somebody had chosen it."""
    root.write("sys/power/mem_sleep", "[s2idle] deep\n")
    client.result("hypnos-suspend", RAM)
    kernel.fall_asleep()
    assert root.read("sys/power/mem_sleep") == "deep"
    kernel.wake()
    power.event("HYPNOS_RESUMED")
    assert root.read("sys/power/mem_sleep") == "s2idle"


@pytest.mark.parametrize("mode", ["disk", "hybrid"])
def test_disk_modes_are_a_write_of_disk_and_the_setting_is_put_back(
    mode: str, client: Client, power: Client, root: FakeRoot
) -> None:
    """With no proof of sleep here, they end as failed; what was written counts."""
    root.write("sys/power/disk", "platform [shutdown] reboot suspend test_resume\n")
    root.add_hook("10-spy", f'[ $1 = pre ] || cat {root.path}/sys/power/state >> "$LOG"')
    client.result("hypnos-suspend", {"mode": mode})
    power.event("HYPNOS_SUSPEND_FAILED")
    assert root.log() == ["disk"]
    assert root.read("sys/power/disk") == "shutdown"


def test_a_second_request_is_refused_while_one_is_under_way(
    kernel: FakeKernel, agent: Agent, client: Client, power: Client
) -> None:
    """With the transaction that is; the first is not disturbed."""
    transaction = client.result("hypnos-suspend", RAM)["transaction"]
    kernel.fall_asleep()
    with agent.connect() as other:
        error = other.error("hypnos-suspend", RAM)
        assert transaction in error["desc"]
        assert error["data"]["outcome"] == "refused"
    kernel.wake()
    assert power.event("HYPNOS_RESUMED")["data"]["transaction"] == transaction


def test_the_agent_answers_while_it_waits_for_hooks(client: Client, root: FakeRoot) -> None:
    """And the late reply is known by its id."""
    root.add_hook("10-slow", f"while [ ! -e {root.path}/go ]; do sleep 0.01; done; exit 3")
    client.request("hypnos-suspend", RAM, id="suspend")
    assert client.result("guest-sync", {"id": 1}) == 1
    assert client.result("hypnos-status")["state"] == "preparing"
    root.write("go", "")
    reply = client.reply()
    assert reply["id"] == "suspend"
    assert "10-slow refused with status 3" in reply["error"]["desc"]


def test_a_late_error_without_an_id_is_not_taken_for_another_reply(
    client: Client, power: Client, root: FakeRoot
) -> None:
    """It is not sent at all once something else was answered."""
    root.add_hook("10-slow", f"while [ ! -e {root.path}/go ]; do sleep 0.01; done; exit 3")
    client.request("guest-suspend-ram")
    client.send(b"garbage\n")
    assert "garbage" in client.reply()["error"]["desc"]
    root.write("go", "")
    power.event("HYPNOS_SUSPEND_FAILED")
    assert client.silent_until_sync(2)


def test_an_alarm_is_set_before_and_cleared_after(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """In whole seconds, rounded up."""
    client.result("hypnos-suspend", {**RAM, "wake-after-ms": 1001})
    kernel.fall_asleep()
    assert root.read("sys/class/rtc/rtc0/wakealarm") == "+2"
    kernel.wake()
    power.event("HYPNOS_RESUMED")
    assert root.read("sys/class/rtc/rtc0/wakealarm") == "0"


def test_without_an_rtc_a_timed_sleep_is_refused(
    client: Client, power: Client, root: FakeRoot
) -> None:
    """Nobody would wake it."""
    (root.path / "sys/class/rtc/rtc0/wakealarm").unlink()
    root.add_hook("10-a", 'echo "$1" >> "$LOG"')
    error = client.error("hypnos-suspend", {**RAM, "wake-after-ms": 1000})
    assert error["data"]["outcome"] == "refused"
    assert "wakealarm" in error["desc"]
    power.event("HYPNOS_SUSPEND_FAILED")
    assert root.log() == ["pre", "post"]
    assert root.read("sys/power/state") == "freeze mem disk\n"


# Hooks.

NOTE = 'echo "$1 $2 $(basename "$0")" >> "$LOG"'


def test_hooks_run_in_order_and_back_in_reverse(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """Across the three directories."""
    root.add_hook("20-b", NOTE, "usr/lib/hypnos/sleep.d")
    root.add_hook("10-a", NOTE, "etc/hypnos/sleep.d")
    root.add_hook("30-c", NOTE, "run/hypnos/sleep.d")
    client.result("hypnos-suspend", RAM)
    kernel.fall_asleep()
    before = ["pre suspend 10-a", "pre suspend 20-b", "pre suspend 30-c"]
    assert root.log() == before
    kernel.wake()
    data = power.event("HYPNOS_RESUMED")["data"]
    assert root.log() == before + ["post suspend 30-c", "post suspend 20-b", "post suspend 10-a"]
    assert [(hook["name"], hook["phase"]) for hook in data["hooks"]] == [
        ("10-a", "pre"),
        ("20-b", "pre"),
        ("30-c", "pre"),
        ("30-c", "post"),
        ("20-b", "post"),
        ("10-a", "post"),
    ]


@pytest.mark.parametrize("command", ["hypnos-suspend", "guest-suspend-ram"])
def test_a_veto_refuses_and_undoes(
    command: str, client: Client, power: Client, root: FakeRoot
) -> None:
    """Later hooks are not run; earlier ones get their post."""
    root.add_hook("10-a", NOTE)
    root.add_hook("20-b", NOTE + "; [ $1 = post ] || { echo a backup is running; exit 1; }")
    root.add_hook("30-c", NOTE)
    reply = client.ask(command, RAM if command == "hypnos-suspend" else None, id=9)
    assert reply["id"] == 9
    assert reply["error"]["data"]["outcome"] == "refused"
    text = "suspend refused: hook 20-b refused with status 1: a backup is running"
    assert reply["error"]["desc"] == text
    data = power.event("HYPNOS_SUSPEND_FAILED")["data"]
    assert data["outcome"] == "refused"
    assert root.log() == [
        "pre suspend 10-a",
        "pre suspend 20-b",
        "post suspend 20-b",
        "post suspend 10-a",
    ]
    assert root.read("sys/power/state") == "freeze mem disk\n"
    assert client.result("hypnos-status")["state"] == "idle"


def test_a_hook_that_has_nothing_to_do_is_no_veto(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """Status 77."""
    root.add_hook("10-a", "exit 77")
    assert client.result("hypnos-suspend", RAM)["accepted"]
    sleep_and_wake(kernel)
    power.event("HYPNOS_RESUMED")


def test_a_hook_beyond_the_deadline_is_ended_and_refuses(
    client: Client, power: Client, root: FakeRoot
) -> None:
    """deadline-ms is for all pre hooks."""
    root.add_hook("10-slow", "[ $1 = post ] || exec sleep 60")
    error = client.error("hypnos-suspend", {**RAM, "deadline-ms": 100})
    assert "10-slow did not finish in time" in error["desc"]
    hooks = power.event("HYPNOS_SUSPEND_FAILED")["data"]["hooks"]
    assert [(hook["result"], hook["status"]) for hook in hooks] == [("timed-out", 124), ("ok", 0)]


def test_hooks_are_told_what_and_how_it_went(
    kernel: FakeKernel, client: Client, power: Client, root: FakeRoot
) -> None:
    """In their environment."""
    root.add_hook("10-a", 'echo "$1: $(env | grep -E "^(HYPNOS|SYSTEMD)" | sort | xargs)" >> "$LOG"')
    transaction = client.result("hypnos-suspend", RAM)["transaction"]
    sleep_and_wake(kernel)
    slept = power.event("HYPNOS_RESUMED")["data"]["slept-ms"]
    common = f"HYPNOS_ID={transaction} HYPNOS_ORIGIN=host HYPNOS_PROTO=1"
    assert root.log() == [
        f"pre: {common} HYPNOS_VERB=suspend SYSTEMD_SLEEP_ACTION=suspend",
        f"post: HYPNOS_ERRNO=0 {common} HYPNOS_RESULT=resumed HYPNOS_SLEPT_MS={slept} "
        "HYPNOS_VERB=suspend SYSTEMD_SLEEP_ACTION=suspend",
    ]


@pytest.mark.parametrize("name", ["10-caf\udce9", "10-\udcff\udcfe", "10-\x1f\x7f\u20ac"])
def test_whatever_a_hook_is_called_and_prints_the_lines_stay_whole(
    name: str, client: Client, power: Client, root: FakeRoot
) -> None:
    """The judge of the client reads along; so does a restarted agent, from the state file."""
    root.add_hook(name, r"printf '\000\001\037\177\200\377\303 \r\n \"\\ \360\237\230\264'; exit 1")
    error = client.error("hypnos-suspend", RAM)
    assert error["desc"].startswith("suspend refused: hook 10-")
    data = power.event("HYPNOS_SUSPEND_FAILED")["data"]
    assert len(data["hooks"]) == 2
    json.loads(root.read("run/hypnos/events.json"))


def test_a_hook_that_prints_much_is_cut_and_not_waited_for(
    client: Client, power: Client, root: FakeRoot
) -> None:
    """The event stays small."""
    root.add_hook("10-a", "head -c 3000000 /dev/zero | tr '\\0' x; exit 1")
    assert len(json.dumps(client.error("hypnos-suspend", RAM))) < 16384
    assert len(json.dumps(power.event("HYPNOS_SUSPEND_FAILED"))) < 16384


def test_a_client_that_leaves_does_not_stop_the_sleep(
    kernel: FakeKernel, agent: Agent, power: Client
) -> None:
    """What was accepted happens."""
    with agent.connect() as client:
        client.request("guest-suspend-ram")
    kernel.fall_asleep()
    kernel.wake()
    assert power.event("HYPNOS_RESUMED")["data"]["outcome"] == "slept"


# Events.


def test_events_flow_on_the_power_port_to_all(
    kernel: FakeKernel, agent: Agent, client: Client
) -> None:
    """From the moment of connecting."""
    listeners = [agent.connect_power() for _ in range(3)]
    for listener in listeners:
        listener.ping()
    client.result("hypnos-suspend", RAM)
    sleep_and_wake(kernel)
    for listener in listeners:
        names = [listener.message()["event"] for _ in range(2)]
        assert names == ["HYPNOS_SUSPENDING", "HYPNOS_RESUMED"]
        listener.close()


def test_events_come_on_the_qemu_port_only_when_asked_for(
    kernel: FakeKernel, agent: Agent, client: Client, power: Client
) -> None:
    """A client of qemu-ga would take them for replies."""
    with agent.connect() as subscriber:
        assert subscriber.result("hypnos-subscribe") == {"boot-id": BOOT_ID, "last-seq": 1}
        client.request("guest-suspend-ram")
        sleep_and_wake(kernel)
        power.event("HYPNOS_RESUMED")
        assert subscriber.event("HYPNOS_RESUMED")["data"]["seq"] == 3
        assert subscriber.result("hypnos-unsubscribe") == {}
    assert client.silent_until_sync(1)
    assert client.events == []


def test_a_delimited_sync_and_a_bare_suspend_do_not_hold_events_for_ever(
    kernel: FakeKernel, client: Client
) -> None:
    """There is no reply that would end the hold."""
    client.result("hypnos-subscribe")
    client.request("guest-sync-delimited", {"id": 5})
    assert client.message() == {"return": 5}
    client.request("guest-suspend-ram")
    client.event("HYPNOS_SUSPENDING")
    sleep_and_wake(kernel)
    client.event("HYPNOS_RESUMED")


def test_events_can_be_asked_for_by_number(
    kernel: FakeKernel, client: Client, power: Client
) -> None:
    """Nothing depends on delivery."""
    client.result("hypnos-suspend", RAM)
    sleep_and_wake(kernel)
    power.event("HYPNOS_RESUMED")
    everything = client.result("hypnos-events")
    assert everything["boot-id"] == BOOT_ID
    assert everything["last-seq"] == 3
    names = [event["event"] for event in everything["events"]]
    assert names == ["HYPNOS_READY", "HYPNOS_SUSPENDING", "HYPNOS_RESUMED"]
    assert [event["data"]["seq"] for event in everything["events"]] == [1, 2, 3]
    newer = client.result("hypnos-events", {"since": 2})
    assert newer["events"] == everything["events"][2:]
    assert client.result("hypnos-events", {"since": 3})["events"] == []
    assert power.events[-1] == everything["events"][2]


def test_a_subscription_can_begin_in_the_past(client: Client) -> None:
    """The event that was missed comes behind the reply."""
    client.request("hypnos-subscribe", {"since": 0}, id=1)
    assert client.message() == {"return": {"boot-id": BOOT_ID, "last-seq": 1}, "id": 1}
    assert client.message()["event"] == "HYPNOS_READY"


def test_status_keeps_the_last_outcome(
    kernel: FakeKernel, client: Client, power: Client
) -> None:
    """Until the next one."""
    assert "last" not in client.result("hypnos-status")
    client.result("hypnos-suspend", RAM)
    sleep_and_wake(kernel)
    resumed = power.event("HYPNOS_RESUMED")
    status = client.result("hypnos-status")
    assert status["state"] == "idle"
    assert status["last"] == resumed["data"]
    assert status["last-seq"] == 3


def test_capabilities_tell_what_works_and_why_not(client: Client, root: FakeRoot) -> None:
    """Now, not at start."""
    modes = {mode["mode"]: mode for mode in client.result("hypnos-capabilities")["modes"]}
    assert all(mode["works"] for mode in modes.values())
    assert modes["ram"]["depth"] == "deep"
    root.write("sys/power/mem_sleep", "[s2idle]\n")
    root.write("proc/swaps", "Filename Type Size Used Priority\n")
    modes = {mode["mode"]: mode for mode in client.result("hypnos-capabilities")["modes"]}
    assert not any(mode["works"] for mode in modes.values())
    assert modes["ram"]["depth"] == "s2idle"
    assert [finding["code"] for finding in modes["disk"]["findings"]] == ["swap.none"]
