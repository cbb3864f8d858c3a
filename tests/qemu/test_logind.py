# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's own systemd-logind, and sleeps that it begins."""

import os
import time
from pathlib import Path
from typing import Callable

import pytest
from lab import POWER_PORT, Image, Vm, wait_until
from lab.debian import KERNEL_ARGS, debian_image, root_disk_args

pytestmark = pytest.mark.qemu

UNIT = "hypnos-agent.service"
MANAGER = "org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager"
RTC_STEPS = 3
"""Seconds: a sleep within one second of the RTC has no length, and moves no clock."""


@pytest.fixture
def image(guest_directory: Path) -> Image:
    """Debian 12 with the build installed as `meson install` does."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    return debian_image(Path(os.environ["HYPNOS_BUILD"]), guest_directory / "root.img")


HOOK = """#!/bin/sh
echo "$1 $2 $HYPNOS_ORIGIN ${HYPNOS_RESULT:-}" >>/run/hooks.log
"""


def inhibits(vm: Vm) -> bool:
    """Whether logind waits for the agent."""
    return '"hypnos-agent"' in vm.sh(f"busctl call {MANAGER} ListInhibitors", timeout=60).check()


def wake(vm: Vm, since: int = 0) -> None:
    """Once it sleeps, and has slept for some time."""
    vm.qmp.wait_event("SUSPEND", timeout=60, since=since)
    time.sleep(RTC_STEPS)
    vm.qmp.wake()


def hook_calls(vm: Vm) -> list[str]:
    """How the hook was called, since the last time."""
    lines = vm.sh("cat /run/hooks.log; rm /run/hooks.log", timeout=60).check().split("\n")
    return [line.strip() for line in lines]


def test_sleeps_by_logind(vm_factory: Callable[..., Vm], guest_directory: Path) -> None:
    disk = root_disk_args(guest_directory / "root.img")
    vm = vm_factory(memory_mb=512, swap_mb=0, qemu_args=disk, kernel_args=KERNEL_ARGS)
    vm.wait_ready(timeout=300)
    wait_until(lambda: inhibits(vm), 120, "the agent takes no inhibitor")
    limit = vm.sh(f"busctl get-property {MANAGER} InhibitDelayMaxUSec", timeout=60).check()
    assert limit == "t 30000000"
    path = "/etc/hypnos/sleep.d/10-note"
    vm.sh(f"mkdir -p /etc/hypnos/sleep.d; cat >{path} <<'END'\n{HOOK}END\nchmod 755 {path}")
    begun_by_somebody_else(vm)
    wait_until(lambda: inhibits(vm), 120, "the next sleep will not be heard of")
    begun_through_logind(vm)


def begun_by_somebody_else(vm: Vm) -> None:
    """systemctl suspend: hooks before and after, and both events."""
    with vm.connect(POWER_PORT) as power:
        power.sync(60)
        vm.sh("systemctl suspend", timeout=60).check()
        begun = power.wait_event("HYPNOS_SUSPENDING", 60)["data"]
        wake(vm)
        ended = power.wait_event("HYPNOS_RESUMED", 60)["data"]
        vm.wait_shell(120)
        assert ended["transaction"] == begun["transaction"]
        assert (ended["initiator"], ended["mode"], ended["outcome"]) == ("local", "ram", "slept")
        assert power.request("hypnos-status")["resume-count"] == 1
    assert hook_calls(vm) == ["pre suspend local", "post suspend local resumed"]


def begun_through_logind(vm: Vm) -> None:
    """With Backend=logind a request of the host goes to logind, and to nobody else."""
    vm.sh("printf '[Sleep]\\nBackend=logind\\n' >/etc/hypnos/agent.conf", timeout=60).check()
    vm.sh(f"systemctl restart {UNIT}", timeout=120).check()
    wait_until(lambda: inhibits(vm), 120, "the agent takes no inhibitor")
    seen = len(vm.qmp.events)
    with vm.connect(POWER_PORT) as power:
        power.sync(60)
        assert power.request("hypnos-capabilities")["backend"] == "logind"
        power.request("hypnos-suspend", {"mode": "ram"}, id="sleep")
        wake(vm, seen)
        ended = power.wait_event("HYPNOS_RESUMED", 60)["data"]
        vm.wait_shell(120)
        assert (ended["initiator"], ended["outcome"]) == ("host", "slept")
    assert hook_calls(vm) == ["pre suspend host", "post suspend host resumed"]
    journal = vm.sh("journalctl -b -u systemd-suspend.service -o cat --no-pager", timeout=60)
    assert journal.check().count("Entering sleep state") == 2
