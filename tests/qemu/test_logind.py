# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's own systemd-logind, and sleeps that it begins."""

import os
import time
from pathlib import Path
from typing import Callable

import pytest
from lab import Image, Vm, wait_until
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


def inhibits(vm: Vm) -> bool:
    """Whether logind waits for the agent."""
    return '"hypnos-agent"' in vm.sh(f"busctl call {MANAGER} ListInhibitors", timeout=60).check()


def log_of(vm: Vm) -> str:
    """What the agent has said."""
    return vm.sh(f"journalctl -b -u {UNIT} -o cat --no-pager", timeout=60).check()


def wake(vm: Vm, since: int = 0) -> None:
    """Once it sleeps, and has slept for some time."""
    vm.qmp.wait_event("SUSPEND", timeout=60, since=since)
    time.sleep(RTC_STEPS)
    vm.qmp.wake()
    vm.wait_shell(120)


def test_a_sleep_that_logind_begins_is_heard_of(
    vm_factory: Callable[..., Vm], guest_directory: Path
) -> None:
    disk = root_disk_args(guest_directory / "root.img")
    vm = vm_factory(memory_mb=512, swap_mb=0, qemu_args=disk, kernel_args=KERNEL_ARGS)
    vm.wait_ready(timeout=300)
    wait_until(lambda: inhibits(vm), 120, "the agent takes no inhibitor")
    limit = vm.sh(f"busctl get-property {MANAGER} InhibitDelayMaxUSec", timeout=60).check()
    assert limit == "t 30000000"

    vm.sh("systemctl suspend", timeout=60).check()
    wake(vm)
    wait_until(lambda: "the announced sleep is over" in log_of(vm), 120, "the end is not heard of")
    wait_until(lambda: "the clock jumped" in log_of(vm), 120, "the jump of the clock is not seen")
    assert "a sleep (ram) is announced" in log_of(vm)
    wait_until(lambda: inhibits(vm), 120, "the agent does not inhibit again")

    seen = len(vm.qmp.events)
    vm.sh("(sleep 1; echo mem >/sys/power/state) >/dev/null 2>&1 &", timeout=60).check()
    wake(vm, seen)
    wait_until(lambda: log_of(vm).count("the clock jumped") == 2, 120, "only logind's are seen")
    assert log_of(vm).count("is announced") == 1
