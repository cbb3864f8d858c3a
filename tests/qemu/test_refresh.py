# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a real kernel's sleep leaves stale is right after the wake, and its cause is known."""

import time
from typing import Any, Callable

import pytest
from lab import POWER_PORT, AgentWire, Vm, wait_until

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]
HOUR = 3600
NOTE_CHANGES = "uevent sh -c '[ $ACTION = change ] && echo $INTERFACE >>/run/changes' >/dev/null &"
BALLOON_PAGES = "awk '/balloon_inflate/ {n += $2} /balloon_deflate/ {n -= $2} END {print n}'"


def ask(power: AgentWire, mode: str, **arguments: Any) -> None:
    """Ask for a sleep that is accepted."""
    power.request("hypnos-suspend", {"mode": mode, **arguments}, id="sleep")


def woken_by_host(vm: Vm, mode: str = "ram") -> dict[str, Any]:
    """Sleep until QEMU's own command; what the agent says of it."""
    seen = len(vm.qmp.events)
    with vm.connect(POWER_PORT) as power:
        power.sync()
        ask(power, mode)
        vm.qmp.wait_event("SUSPEND", timeout=60, since=seen)
        vm.qmp.wake()
        return power.wait_event("HYPNOS_RESUMED")["data"]


def woken_by_alarm(vm: Vm) -> dict[str, Any]:
    """Sleep until the guest's RTC; what the agent says of it."""
    seen = len(vm.qmp.events)
    with vm.connect(POWER_PORT) as power:
        power.sync()
        ask(power, "ram", **{"wake-after-ms": 6000})
        vm.qmp.wait_event("SUSPEND", since=seen)
        vm.qmp.wait_event("WAKEUP", timeout=30, since=seen)
        return power.wait_event("HYPNOS_RESUMED")["data"]


def through_disk(vm: Vm) -> dict[str, Any]:
    """Sleep on disk and start again; what the agent says of it."""
    with vm.connect(POWER_PORT) as power:
        power.sync()
        ask(power, "disk")
        vm.qmp.wait_event("SUSPEND_DISK", timeout=60)
    assert vm.wait_exit() == 0
    vm.respawn()
    with vm.connect(POWER_PORT) as power:
        return power.wait_event("HYPNOS_RESUMED", timeout=60)["data"]


def clock_error(vm: Vm) -> float:
    """What the guest's clock has more than the host's, in seconds."""
    return int(vm.sh("date +%s").check()) - time.time()


def balloon_pages(vm: Vm) -> int:
    """Pages that the guest has given to the host."""
    return int(vm.sh(f"{BALLOON_PAGES} /proc/vmstat").check())


def test_a_wrong_clock_is_set_to_the_rtc(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    vm.sh(f"date -s @$(($(date +%s) + {HOUR}))").check()
    assert clock_error(vm) > HOUR - 5
    data = woken_by_host(vm)
    assert data["clock-step-ms"] == pytest.approx(-HOUR * 1000, abs=3000)
    assert data["clock-source"] == "/dev/rtc0"
    assert "refresh-problems" not in data
    assert abs(clock_error(vm)) < 5


def test_a_right_clock_is_left_alone(vm_factory: MakeVm) -> None:
    data = woken_by_host(vm_factory().wait_ready())
    assert "clock-step-ms" not in data
    assert data["clock-source"] == "/dev/rtc0"


def test_an_rtc_in_local_time_is_not_believed(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    vm.sh("printf '0.0 0 0.0\\n0\\nLOCAL\\n' >/etc/adjtime").check()
    vm.sh(f"date -s @$(($(date +%s) + {HOUR}))").check()
    data = woken_by_host(vm)
    assert "clock-step-ms" not in data and "clock-source" not in data
    assert clock_error(vm) > HOUR - 5


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_the_cause_of_the_wake_is_told(vm_factory: MakeVm, machine: str) -> None:
    """QEMU's system_wakeup pretends to be the power button."""
    vm = vm_factory(machine=machine).wait_ready()
    assert woken_by_host(vm)["wake-reason"] == "power-button"
    assert woken_by_alarm(vm)["wake-reason"] == "rtc"
    assert woken_by_host(vm, "hybrid")["wake-reason"] == "power-button"


@pytest.mark.parametrize("rng", [(), ("-device", "virtio-rng-pci")], ids=["bare", "virtio-rng"])
def test_randomness_is_fresh_after_the_disk_only(
    vm_factory: MakeVm, rng: tuple[str, ...]
) -> None:
    vm = vm_factory(qemu_args=rng).wait_ready()
    vm.sh("modprobe virtio_rng").check()
    assert "reseeded" not in woken_by_host(vm)
    data = through_disk(vm)
    assert data["reseeded"] is True
    assert "refresh-problems" not in data
    assert "wake-reason" not in data, "a boot ended the sleep, no event"


def test_a_balloon_that_the_disk_emptied_is_told(vm_factory: MakeVm) -> None:
    vm = vm_factory(balloon=True).wait_ready()
    vm.qmp.execute("balloon", value=200 << 20)
    pages = 56 << 20 >> 12
    wait_until(lambda: balloon_pages(vm) == pages, 30, "the balloon does not grow")
    assert "balloon-pages-lost" not in woken_by_host(vm)
    wait_until(lambda: balloon_pages(vm) == pages, 30, "the balloon does not grow again")
    assert through_disk(vm)["balloon-pages-lost"] == pages
    assert balloon_pages(vm) == 0


def test_a_link_is_nudged(vm_factory: MakeVm) -> None:
    vm = vm_factory(network=True).wait_ready()
    vm.sh(NOTE_CHANGES).check()
    assert woken_by_host(vm)["links"] == ["eth0"]
    assert vm.sh("cat /run/changes").check() == "eth0"
    assert through_disk(vm)["links"] == ["eth0"]


def test_without_a_link_there_is_nobody_to_nudge(vm_factory: MakeVm) -> None:
    assert "links" not in woken_by_host(vm_factory().wait_ready())
