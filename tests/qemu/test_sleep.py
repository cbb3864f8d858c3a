# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real kernel sleeps and wakes: RAM, disk, hybrid, by host and by alarm."""

from typing import Any, Callable

import pytest
from lab import POWER_PORT, AgentWire, Vm

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
COUNTER = "(n=0; while :; do n=$((n + 1)); echo $n >/run/counter; usleep 20000; done) & echo $!"


def request_sleep(port: AgentWire, mode: str, **arguments: Any) -> str:
    """Ask for sleep; the transaction that the agent accepted."""
    reply = port.request("hypnos-suspend", {"mode": mode, **arguments}, id="sleep")
    assert reply["accepted"] is True
    return reply["transaction"]


def check_resumed(event: dict[str, Any], transaction: str, boot_id: str, mode: str) -> None:
    """The event says what a host needs to know."""
    data = event["data"]
    assert data["transaction"] == transaction
    assert data["boot-id"] == boot_id
    assert (data["mode"], data["outcome"], data["initiator"]) == (mode, "slept", "host")
    names = [phase["name"] for phase in data["phases"]]
    assert names == [
        *("requested", "checked", "hooks-run", "entering", "returned", "refreshed", "finished")
    ]
    stamps = [phase["boottime-us"] for phase in data["phases"]]
    assert stamps == sorted(stamps)


def ram_cycle(vm: Vm, power: AgentWire, mode: str = "ram") -> dict[str, Any]:
    """Sleep with S3, proved by QEMU; wake; the event of the resume."""
    boot_id = vm.sh(BOOT_ID).check()
    told, seen = len(power.events), len(vm.qmp.events)
    transaction = request_sleep(power, mode)
    vm.qmp.wait_event("SUSPEND", timeout=30, since=seen)
    assert vm.qmp.status() == "suspended"
    assert power.wait_event("HYPNOS_SUSPENDING", since=told)["data"]["transaction"] == transaction
    vm.qmp.wake()
    event = power.wait_event("HYPNOS_RESUMED", since=told)
    check_resumed(event, transaction, boot_id, mode)
    return event


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_ram_sleep_twice_and_the_event_comes(vm_factory: MakeVm, machine: str) -> None:
    """Twice, because the firmware of q35 breaks the second one unless it is mended."""
    vm = vm_factory(machine=machine).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        first, second = ram_cycle(vm, power), ram_cycle(vm, power)
    assert second["data"]["seq"] > first["data"]["seq"]
    assert [first["data"]["resume-count"], second["data"]["resume-count"]] == [1, 2]
    assert vm.sh("cat /sys/power/mem_sleep").check() == "s2idle [deep]"


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_disk_sleep_resumes_the_same_userspace(vm_factory: MakeVm, machine: str) -> None:
    vm = vm_factory(machine=machine).wait_ready()
    boot_id = vm.sh(BOOT_ID).check()
    counter_pid = vm.sh(COUNTER).check()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        transaction = request_sleep(power, "disk")
        vm.qmp.wait_event("SUSPEND_DISK", timeout=60)
        vm.qmp.wait_event("SHUTDOWN")
    assert vm.wait_exit() == 0

    vm.respawn()
    with vm.connect(POWER_PORT) as power:
        event = power.wait_event("HYPNOS_RESUMED", timeout=60)
    check_resumed(event, transaction, boot_id, "disk")
    assert event["data"]["slept-ms"] > 1000
    assert vm.sh(BOOT_ID).check() == boot_id
    before = int(vm.sh("cat /run/counter").check())
    vm.sh(f"kill -0 {counter_pid}; usleep 200000").check()
    assert int(vm.sh("cat /run/counter").check()) > before > 1
    assert "[platform]" in vm.sh("cat /sys/power/disk").check()


def test_disk_sleep_after_a_ram_sleep_powers_q35_off(vm_factory: MakeVm) -> None:
    vm = vm_factory(machine="q35").wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        ram_cycle(vm, power)
        request_sleep(power, "disk")
        vm.qmp.wait_event("SUSPEND_DISK", timeout=60)
    assert vm.wait_exit() == 0


def test_hybrid_sleep_wakes_from_ram_and_puts_the_disk_mode_back(vm_factory: MakeVm) -> None:
    vm = vm_factory(machine="pc").wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        ram_cycle(vm, power, "hybrid")
    assert "[platform]" in vm.sh("cat /sys/power/disk").check()
    signature = vm.sh("dd if=/dev/vda bs=1 skip=4086 count=10 2>/dev/null").stdout
    assert signature == "SWAPSPACE2"


def test_hybrid_sleep_survives_the_loss_of_power(vm_factory: MakeVm) -> None:
    vm = vm_factory(machine="pc").wait_ready()
    boot_id = vm.sh(BOOT_ID).check()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        request_sleep(power, "hybrid")
        vm.qmp.wait_event("SUSPEND", timeout=60)
    vm.respawn().wait_shell()
    assert vm.sh(BOOT_ID).check() == boot_id


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_the_rtc_alarm_wakes(vm_factory: MakeVm, machine: str) -> None:
    vm = vm_factory(machine=machine).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        request_sleep(power, "ram", **{"wake-after-ms": 6000})
        vm.qmp.wait_event("SUSPEND")
        vm.qmp.wait_event("WAKEUP", timeout=30)
        event = power.wait_event("HYPNOS_RESUMED")
    assert 2000 <= event["data"]["slept-ms"] <= 8000
    assert vm.sh("cat /sys/class/rtc/rtc0/wakealarm").check() == ""


def test_a_foreign_alarm_is_not_overwritten(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    vm.sh("echo +1000 >/sys/class/rtc/rtc0/wakealarm").check()
    alarm = vm.sh("cat /sys/class/rtc/rtc0/wakealarm").check()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.send("hypnos-suspend", {"mode": "ram", "wake-after-ms": 4000})
        error = power.reply()["error"]
    assert error["data"]["outcome"] == "refused"
    assert "another program's alarm" in error["desc"]
    assert vm.sh("cat /sys/class/rtc/rtc0/wakealarm").check() == alarm


def test_guest_suspend_commands_sleep_without_a_reply(vm_factory: MakeVm) -> None:
    """As libvirt knows it from qemu-ga: silence is success."""
    vm = vm_factory().wait_ready()
    with vm.connect() as agent:
        agent.sync()
        agent.send("guest-suspend-ram", id="no reply to this")
        vm.qmp.wait_event("SUSPEND")
        vm.qmp.wake()
        assert agent.request("guest-ping", id="after") == {}
        assert agent.events == []
