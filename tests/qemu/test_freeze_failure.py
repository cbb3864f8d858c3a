# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sleeps that a real kernel does not fall into: stuck tasks, wakeup events."""

import errno
from typing import Any, Callable

import pytest
from lab import POWER_PORT, AgentWire, Vm, stuck

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]


def failed_sleep(power: AgentWire, mode: str = "ram") -> Any:
    """Data of the event of a sleep that fails."""
    told = len(power.events)
    power.request("hypnos-suspend", {"mode": mode}, id="sleep")
    return power.wait_event("HYPNOS_SUSPEND_FAILED", timeout=40, since=told)["data"]


def check_sleeps_now(vm: Vm, power: AgentWire) -> None:
    """Nothing is left of the failure."""
    assert power.request("guest-ping", id="awake") == {}
    assert vm.qmp.find("SUSPEND") is None
    power.request("hypnos-suspend", {"mode": "ram"}, id="again")
    vm.qmp.wait_event("SUSPEND")
    vm.qmp.wake()
    assert power.wait_event("HYPNOS_RESUMED")["data"]["outcome"] == "slept"


@pytest.mark.parametrize("mode", ["ram", "disk"])
def test_the_task_that_does_not_freeze_is_named(vm_factory: MakeVm, mode: str) -> None:
    vm = vm_factory(data_mb=16).wait_ready()
    stuck.get_stuck(vm)
    with vm.connect(POWER_PORT) as power:
        power.sync()
        data = failed_sleep(power, mode)
        assert (data["outcome"], data["errno"]) == ("failed", errno.EBUSY)
        pid = stuck.pid(vm)
        assert data["tasks"] == [{"name": stuck.NAME, "pid": pid}]
        assert f"task {stuck.NAME} (pid {pid}) did not freeze" in data["error"]
        stuck.get_loose(vm)
        check_sleeps_now(vm, power)


ALARM = "/sys/class/rtc/rtc0/wakealarm"


def test_a_wakeup_event_while_hooks_run_ends_the_attempt(vm_factory: MakeVm) -> None:
    """Else the guest would sleep through what was meant to wake it."""
    vm = vm_factory().wait_ready()
    script = f"#!/bin/sh\n[ $1 = post ] || {{ echo +1 >{ALARM}; sleep 3; }}\n"
    vm.sh("mkdir -p /etc/hypnos/sleep.d").check()
    path = "/etc/hypnos/sleep.d/10-alarm"
    vm.sh(f"cat >{path} <<'END'\n{script}END\nchmod 755 {path}").check()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        data = failed_sleep(power)
        assert data["outcome"] == "woke-early"
        assert "before the kernel was asked" in data["error"]
        vm.sh(f"rm {path}").check()
        assert "suspend entry" not in vm.serial_text()
        check_sleeps_now(vm, power)


def test_a_wakeup_event_while_the_kernel_freezes_ends_the_attempt(vm_factory: MakeVm) -> None:
    vm = vm_factory(data_mb=16).wait_ready()
    stuck.get_stuck(vm, freeze_timeout_ms=15000)
    vm.sh(f"echo +5 >{ALARM}").check()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        data = failed_sleep(power)
        assert (data["outcome"], data["errno"]) == ("woke-early", errno.EBUSY)
        assert "the kernel backed out" in data["error"]
        assert "tasks" not in data
        stuck.get_loose(vm)
        check_sleeps_now(vm, power)
