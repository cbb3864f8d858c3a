# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent's ports: hosts that come and go, ports that come and go, an agent that dies."""

import time
from pathlib import Path
from typing import Any, Callable

import pytest
from lab import AGENT_PORT, POWER_PORT, AgentWire, GuestDirectory, Spec, Vm, agent_image, wait_until

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

IDLE_SECONDS = 5
ACTIVITY = """
pid=$(cat /run/agent.pid)
awk '/ctxt_switches/ { sum += $2 } END { print sum }' /proc/$pid/status
awk '{ print $14 + $15 }' /proc/$pid/stat
"""
"""Context switches of either kind, and ticks of processor time: one that spins never switches."""


def last_seq(port: AgentWire) -> int:
    """The number of the newest event."""
    return port.request("hypnos-status", id="seq")["last-seq"]


def events_since(port: AgentWire, seq: int) -> list[str]:
    """Names of the events above a number."""
    found = port.request("hypnos-events", {"since": seq}, id="events")
    return [event["event"] for event in found["events"]]


def test_a_host_that_was_away_during_sleep_finds_the_event_by_number(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    with vm.connect() as agent:
        agent.sync()
        seq = last_seq(agent)
        agent.request("hypnos-suspend", {"mode": "ram"}, id="sleep")
        vm.qmp.wait_event("SUSPEND")
    vm.qmp.wake()
    with vm.connect() as agent:
        agent.sync()
        wait_until(lambda: "HYPNOS_RESUMED" in events_since(agent, seq))
        assert events_since(agent, last_seq(agent)) == []


def test_a_host_that_attaches_late_gets_the_event_pushed(vm_factory: MakeVm) -> None:
    """On the power port, which is retried until it is writable."""
    vm = vm_factory().wait_ready()
    with vm.connect() as agent:
        agent.sync()
        agent.request("hypnos-suspend", {"mode": "ram"}, id="sleep")
        vm.qmp.wait_event("SUSPEND")
        vm.qmp.wake()
        agent.sync()
    with vm.connect(POWER_PORT) as power:
        assert power.wait_event("HYPNOS_RESUMED")["data"]["outcome"] == "slept"
        assert [event["event"] for event in power.events] == [
            "HYPNOS_READY",
            "HYPNOS_SUSPENDING",
            "HYPNOS_RESUMED",
        ]


def test_an_agent_killed_and_restarted_answers_again_and_goes_on_counting(
    vm_factory: MakeVm,
) -> None:
    vm = vm_factory().wait_ready()
    with vm.connect() as agent:
        agent.sync()
        seq = last_seq(agent)
        killed = vm.sh("cat /run/agent.pid").check()
        vm.sh(f"kill -9 {killed}").check()
        wait_until(lambda: vm.sh("cat /run/agent.pid").check() != killed)
        agent.sync()
        assert last_seq(agent) == seq + 1
        assert events_since(agent, seq) == ["HYPNOS_READY"]


def test_half_a_request_of_a_host_that_left_is_forgotten(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    with vm.connect() as agent:
        agent.sync()
        agent.send_raw(b'{"execute": "guest-pi')
    settle(vm)  # by now the agent knows that the host has left
    with vm.connect() as agent:
        agent.send_raw(b'{"execute": "guest-ping", "id": 1}\n')
        assert agent.reply() == {"return": {}, "id": 1}


def activity(vm: Vm, seconds: float) -> int:
    """How much the agent did in a while: 0 if it did not wake at all."""
    before = sum(map(int, vm.sh(ACTIVITY).check().split()))
    time.sleep(seconds)  # the measurement is of nothing happening
    return sum(map(int, vm.sh(ACTIVITY).check().split())) - before


def settle(vm: Vm) -> None:
    """Wait until the agent has done what there was to do."""
    wait_until(lambda: activity(vm, 0.5) == 0, 20, "the agent does not come to rest")


def test_without_a_host_the_agent_does_not_wake(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    settle(vm)
    assert activity(vm, IDLE_SECONDS) == 0
    for port in (AGENT_PORT, POWER_PORT):
        with vm.connect(port) as host:
            host.sync()
    settle(vm)
    assert activity(vm, IDLE_SECONDS) == 0
    with vm.connect() as agent, vm.connect(POWER_PORT) as power:
        agent.sync()
        power.sync()
        settle(vm)
        assert activity(vm, IDLE_SECONDS) == 0


def test_qemu_ga_beside_us_wakes_all_the_time(
    guest_directory: Path, request: pytest.FixtureRequest
) -> None:
    """Shows that the measurement can fail: QEMU's own agent polls ten times a second."""
    qemu_ga = agent_image(Path("/usr/sbin/qemu-ga"))
    with Vm(Spec(qemu_ga), GuestDirectory(guest_directory)).start() as vm:
        vm.wait_ready()
        assert activity(vm, IDLE_SECONDS) >= 40


def plug(vm: Vm, number: int, name: str) -> None:
    """A new virtio-serial port, while the guest runs."""
    path = vm.home.port(name)
    backend: dict[str, Any] = {
        "type": "socket",
        "data": {
            "addr": {"type": "unix", "data": {"path": str(path)}},
            "server": True,
            "wait": False,
        },
    }
    vm.qmp.execute("chardev-add", id=f"{name}-back", backend=backend)
    vm.qmp.execute(
        "device_add",
        driver="virtserialport",
        bus="ports.0",
        id=f"plug{number}",
        nr=number,
        chardev=f"{name}-back",
        name=name,
    )


def test_a_port_may_go_and_come_back_while_the_other_serves(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    vm.qmp.execute("device_del", id="port2")
    vm.qmp.wait_event("DEVICE_DELETED")
    with vm.connect() as agent:
        agent.sync()
        vm.qmp.execute("chardev-remove", id="port2c")
        plug(vm, 2, POWER_PORT)
        with vm.connect(POWER_PORT) as power:
            power.sync()
            assert agent.request("guest-ping", id=1) == {}


@pytest.mark.parametrize("present", [AGENT_PORT, POWER_PORT])
def test_either_port_may_be_missing_and_appear_later(vm_factory: MakeVm, present: str) -> None:
    absent = POWER_PORT if present == AGENT_PORT else AGENT_PORT
    vm = vm_factory(only_ports=(present,)).wait_ready()
    with vm.connect(present) as one:
        one.sync()
        settle(vm)
        assert activity(vm, 1) == 0
        plug(vm, 5, absent)
        with vm.connect(absent) as other:
            other.sync()
            assert one.request("guest-ping", id=1) == {}
