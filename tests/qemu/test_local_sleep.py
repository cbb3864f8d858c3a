# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sleeps that somebody in the guest starts are told of as well."""

import time
from typing import Callable

import pytest
from lab import POWER_PORT, Vm
from states import s2idle_and_wake

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

HOOK = """#!/bin/sh
echo "$1 $2 $HYPNOS_ORIGIN ${HYPNOS_RESULT:-}" >>/run/hooks.log
"""


def install_hook(vm: Vm) -> None:
    """A hook that notes how it is called."""
    vm.sh("mkdir -p /etc/hypnos/sleep.d").check()
    path = "/etc/hypnos/sleep.d/10-note"
    vm.sh(f"cat >{path} <<'END'\n{HOOK}\nEND\nchmod 755 {path}").check()


@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("seconds", [0, 3])
def test_a_ram_sleep_by_another_tool_makes_the_same_event(
    vm_factory: MakeVm, machine: str, seconds: int
) -> None:
    """Also one that is too short for the clock to jump."""
    vm = vm_factory(machine=machine).wait_ready()
    install_hook(vm)
    with vm.connect(POWER_PORT) as power:
        power.sync()
        vm.sh("echo mem >/sys/power/state &").check()
        vm.qmp.wait_event("SUSPEND")
        time.sleep(seconds)  # the guest sleeps that long
        vm.qmp.wake()
        data = power.wait_event("HYPNOS_RESUMED")["data"]
        assert (data["initiator"], data["mode"], data["outcome"]) == ("local", "ram", "slept")
        assert data["resume-count"] == 1
        assert power.request("hypnos-status")["resume-count"] == 1
    assert vm.sh("cat /run/hooks.log").check() == "post suspend local resumed"


def test_s2idle_by_another_tool_is_told_apart(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        event = s2idle_and_wake(vm, power, lambda: vm.sh("echo freeze >/sys/power/state &"))
    assert (event["data"]["initiator"], event["data"]["outcome"]) == ("local", "s2idle")


def test_a_disk_sleep_by_another_tool_makes_the_same_event(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    vm.sh("(sleep 0.2; echo disk >/sys/power/state) >/dev/null 2>&1 &").check()
    vm.qmp.wait_event("SUSPEND_DISK")
    vm.wait_exit()
    vm.respawn()
    with vm.connect(POWER_PORT) as power:
        power.sync(60)
        events = power.request("hypnos-events")["events"]
        resumed = [event["data"] for event in events if event["event"] == "HYPNOS_RESUMED"]
        data = resumed[0] if resumed else power.wait_event("HYPNOS_RESUMED")["data"]
    assert (data["initiator"], data["mode"], data["outcome"]) == ("local", "disk", "slept")


def test_a_sleep_while_no_agent_ran_is_found_by_the_next(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        pid = vm.sh("cat /run/agent.pid").check()
        vm.sh(f"kill -STOP 1; kill -9 {pid}; echo mem >/sys/power/state &").check()
        vm.qmp.wait_event("SUSPEND")
        vm.qmp.wake()
        vm.sh("kill -CONT 1").check()
        data = power.wait_event("HYPNOS_RESUMED")["data"]
    assert (data["initiator"], data["outcome"]) == ("local", "slept")


def test_setting_the_clock_is_no_sleep(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        vm.sh("date -s '2031-01-01 12:00' && date -s '2032-01-01 12:00'").check()
        assert power.request("hypnos-status")["resume-count"] == 0
