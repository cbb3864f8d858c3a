# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real guest that cannot sleep says so before anything is disturbed."""

from typing import Any, Callable

import pytest
from lab import POWER_PORT, AgentWire, Vm
from states import s2idle_and_wake

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]


def refusal(port: AgentWire, command: str, arguments: dict[str, Any] | None = None) -> Any:
    """The error of a request that must be refused."""
    port.send(command, arguments, id="refuse")
    reply = port.reply(timeout=20)
    assert reply["id"] == "refuse"
    assert reply["error"]["class"] == "GenericError"
    assert reply["error"]["data"]["outcome"] == "refused"
    return reply["error"]


def still_awake(vm: Vm, port: AgentWire) -> None:
    """The guest goes on, and QEMU never thought otherwise."""
    assert port.request("guest-ping", id="awake") == {}
    assert vm.qmp.status() == "running"
    assert not any(event.name.startswith("SUSPEND") for event in vm.qmp.events)


def test_a_guest_without_s3_is_reported_and_refuses_deep_sleep(vm_factory: MakeVm) -> None:
    vm = vm_factory(s3=False).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        modes = {m["mode"]: m for m in power.request("hypnos-capabilities")["modes"]}
        assert (modes["ram"]["works"], modes["ram"]["depth"]) == (False, "s2idle")
        assert modes["ram"]["findings"][0]["code"] == "pm.s2idle-only"
        assert modes["disk"]["works"] is True

        error = refusal(power, "hypnos-suspend", {"mode": "ram", "require": "deep"})
        assert error["data"]["finding"]["code"] == "pm.s2idle-only"
        assert refusal(power, "guest-suspend-ram")["data"] == error["data"]
        still_awake(vm, power)


def test_s2idle_is_used_only_when_accepted_and_told_apart(vm_factory: MakeVm) -> None:
    vm = vm_factory(s3=False).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()

        def ask() -> None:
            power.request("hypnos-suspend", {"mode": "ram", "require": "any"}, id="any")
            vm.wait_serial("suspend entry (s2idle)")
            assert vm.qmp.status() == "running"

        event = s2idle_and_wake(vm, power, ask)
    assert event["data"]["outcome"] == "s2idle"


def test_disk_sleep_without_swap_is_refused_and_the_guest_goes_on(vm_factory: MakeVm) -> None:
    vm = vm_factory(swap_mb=0).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        for command, arguments in [
            ("hypnos-suspend", {"mode": "disk"}),
            ("hypnos-suspend", {"mode": "hybrid"}),
            ("guest-suspend-disk", None),
        ]:
            error = refusal(power, command, arguments)
            assert error["data"]["finding"]["code"] == "swap.none"
            assert "no swap is on" in error["desc"]
        still_awake(vm, power)


HOOK = """#!/bin/sh
echo "$0 $1 $2 ${HYPNOS_RESULT:-}" >>/run/hooks.log
[ "$1" = post ] || [ "${0##*/}" != 50-veto ] || { echo "database is busy"; exit 1; }
"""


def install_hooks(vm: Vm, *names: str) -> None:
    """Put the same script under several names."""
    vm.sh("mkdir -p /etc/hypnos/sleep.d").check()
    for name in names:
        path = f"/etc/hypnos/sleep.d/{name}"
        vm.sh(f"cat >{path} <<'END'\n{HOOK}\nEND\nchmod 755 {path}").check()


def hook_calls(vm: Vm) -> list[str]:
    """Which hook was called how, in order."""
    lines = vm.sh("cat /run/hooks.log").stdout.splitlines()
    return [line.removeprefix("/etc/hypnos/sleep.d/").strip() for line in lines]


def test_a_vetoing_hook_refuses_and_earlier_hooks_get_their_post(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    install_hooks(vm, "10-first", "20-second", "50-veto", "90-never")
    with vm.connect(POWER_PORT) as power:
        power.sync()
        error = refusal(power, "hypnos-suspend", {"mode": "ram"})
        assert "50-veto" in error["desc"] and "database is busy" in error["desc"]
        event = power.wait_event("HYPNOS_SUSPEND_FAILED")
        assert event["data"]["outcome"] == "refused"
        still_awake(vm, power)
    assert hook_calls(vm) == [
        "10-first pre suspend",
        "20-second pre suspend",
        "50-veto pre suspend",
        "50-veto post suspend aborted",
        "20-second post suspend aborted",
        "10-first post suspend aborted",
    ]


def test_hooks_run_around_a_real_sleep(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    install_hooks(vm, "10-first", "20-second")
    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.request("hypnos-suspend", {"mode": "ram"}, id="sleep")
        vm.qmp.wait_event("SUSPEND")
        vm.qmp.wake()
        hooks = power.wait_event("HYPNOS_RESUMED")["data"]["hooks"]
    assert [(h["name"], h["phase"], h["result"]) for h in hooks] == [
        ("10-first", "pre", "ok"),
        ("20-second", "pre", "ok"),
        ("20-second", "post", "ok"),
        ("10-first", "post", "ok"),
    ]
    assert hook_calls(vm)[-1] == "10-first post suspend resumed"
