# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sleep button, as a cloud's control plane presses it, in a Debian 12 with systemd and logind."""

import os
from pathlib import Path
from typing import Any, Callable

import pytest
from lab import POWER_PORT, Image, Vm, wait_until
from lab.acpi_button import button_args, press
from lab.debian import KERNEL_ARGS, debian_image, root_disk_args

pytestmark = pytest.mark.qemu
deep = pytest.mark.skipif(os.environ.get("HYPNOS_DEEP") != "1", reason="deep tests only")

UNIT = "hypnos-agent.service"
BOOT = (*KERNEL_ARGS, "root=/dev/vdb", "resume=/dev/vda")
"""The lab puts the swap disk first."""

TO_DISK = "Sleep=disk\nDebounce=20\nAttempts=2\nRetryAfter=2\n"
DEBOUNCE = 20
SWAP_ON = "mkswap /dev/vda && swapon /dev/vda && cat /sys/block/vda/dev >/sys/power/resume"
KEYS = "handle-suspend-key:handle-hibernate-key"
MANAGER = "org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager"
HELD = f"ls -l /proc/$(systemctl show -P MainPID {UNIT})/fd"
"""What the agent has open."""

Event = dict[str, Any]


@pytest.fixture
def image(guest_directory: Path) -> Image:
    """Debian 12 with the build installed as `meson install` does."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    return debian_image(Path(os.environ["HYPNOS_BUILD"]), guest_directory / "root.img")


@pytest.fixture
def vm(vm_factory: Callable[..., Vm], guest_directory: Path) -> Vm:
    """A guest with a sleep button, and no swap that is on."""
    devices = (*root_disk_args(guest_directory / "root.img"), *button_args(guest_directory))
    guest = vm_factory(memory_mb=512, qemu_args=devices, kernel_args=BOOT)
    guest.wait_ready(timeout=300)
    wait_for_agent(guest)
    return guest


def wait_for_agent(vm: Vm) -> None:
    """Until systemd says that it is ready."""
    active = f"systemctl is-active {UNIT}"
    wait_until(lambda: vm.sh(active, 60).returncode == 0, 120, "the agent is not started")


def configure(vm: Vm, button: str) -> None:
    """Start the agent anew, with this below [Button]; wait until it holds the keys."""
    text = f"[Button]\n{button}"
    vm.sh(f"mkdir -p /etc/hypnos; printf '%s' '{text}' >/etc/hypnos/agent.conf", 60).check()
    vm.sh(f"systemctl restart {UNIT}", timeout=120).check()
    wait_until(lambda: holds_keys(vm), 60, "logind may still react")


def holds_keys(vm: Vm) -> bool:
    """Whether logind leaves the sleep keys to the agent."""
    listing = vm.sh(f"busctl call {MANAGER} ListInhibitors", timeout=60).check()
    return f'"{KEYS}" "hypnos-agent"' in listing


def ended(vm: Vm, name: str) -> list[Event]:
    """Data of all events of that name."""
    with vm.connect(POWER_PORT) as power:
        power.sync(60)
        events = power.request("hypnos-events")["events"]
    return [event["data"] for event in events if event["event"] == name]


def journal(vm: Vm, unit: str = UNIT) -> str:
    """What a unit has said."""
    return vm.sh(f"journalctl -b -o cat --no-pager -u {unit}", timeout=60).stdout


def count(vm: Vm, words: str) -> int:
    """How often the agent has said so."""
    return journal(vm).count(words)


def boot_id(vm: Vm) -> str:
    """Of the boot that goes on through a sleep on disk."""
    return vm.sh("cat /proc/sys/kernel/random/boot_id", timeout=60).check()


def test_a_press_is_a_sleep_on_disk(vm: Vm) -> None:
    configure(vm, TO_DISK)
    a_refusal_is_tried_again_and_told(vm)
    vm.sh(SWAP_ON, timeout=60).check()
    vm.sh(f"sleep {DEBOUNCE}", timeout=120).check()
    two_presses_are_one_sleep(vm)
    after_the_sleep_it_is_deaf_for_a_while(vm)
    assert "Suspend key pressed" in journal(vm, "systemd-logind.service")
    assert "Entering sleep" not in journal(vm, "systemd-suspend.service")
    by_default_it_is_left_to_logind(vm)


def a_refusal_is_tried_again_and_told(vm: Vm) -> None:
    """Without swap; an event for each attempt."""
    press(vm)
    wait_until(lambda: count(vm, "that was the last") == 1, 60, "it goes on trying")
    told = ended(vm, "HYPNOS_SUSPEND_FAILED")
    assert [event["outcome"] for event in told] == ["refused", "refused"]
    assert {(event["initiator"], event["mode"]) for event in told} == {("cloud", "disk")}
    assert all("swap.none" in event["error"] for event in told)
    assert len({event["transaction"] for event in told}) == 2


def two_presses_are_one_sleep(vm: Vm) -> None:
    """The second, which is a wakeup event to the kernel, may cost the first attempt."""
    before = boot_id(vm)
    press(vm, times=2)
    vm.qmp.wait_event("SUSPEND_DISK", timeout=120)
    vm.wait_exit(120)
    vm.respawn().wait_shell(240)
    assert boot_id(vm) == before
    wait_until(lambda: bool(ended(vm, "HYPNOS_RESUMED")), 60, "no word of the resume")
    (resumed,) = ended(vm, "HYPNOS_RESUMED")
    assert (resumed["initiator"], resumed["outcome"]) == ("cloud", "slept")
    (asked,) = {event["initiator"] for event in ended(vm, "HYPNOS_SUSPENDING")}
    assert asked == "cloud"
    assert count(vm, "and ignored: the sleep that it asked for before") == 1


def after_the_sleep_it_is_deaf_for_a_while(vm: Vm) -> None:
    """A press that came late would put it to sleep again."""
    press(vm)
    ignored = f"and ignored: less than {DEBOUNCE} s after a press or a sleep"
    wait_until(lambda: count(vm, ignored) == 1, 30, "the press is not ignored")
    assert len(ended(vm, "HYPNOS_RESUMED")) == 1


def by_default_it_is_left_to_logind(vm: Vm) -> None:
    """Nothing is open, nothing inhibited, and logind does what it did not do before."""
    assert "/dev/input/event" in vm.sh(HELD, timeout=60).check()
    vm.sh(f"rm /etc/hypnos/agent.conf; systemctl restart {UNIT}", timeout=120).check()
    assert not holds_keys(vm)
    assert "/dev/input" not in vm.sh(HELD, timeout=60).check()
    press(vm)
    vm.qmp.wait_event("SUSPEND", timeout=60)
    vm.qmp.wake()
    vm.wait_shell(120)
    assert "Entering sleep" in journal(vm, "systemd-suspend.service")


KEYBOARD = "Sleep=ram\nDebounce=1\nAttempts=5\nRetryAfter=1\n"
SLOW_HOOK = """#!/bin/sh
[ "$1" = post ] || exec sleep 10
"""


def sleep_key(vm: Vm) -> None:
    """On the PS/2 keyboard, as `virsh send-key` does."""
    vm.qmp.execute("send-key", keys=[{"type": "qcode", "data": "sleep"}])


@deep
def test_keyboards_wakeups_and_a_new_logind(vm: Vm) -> None:
    configure(vm, KEYBOARD)
    vm.sh("systemctl restart systemd-logind", timeout=120).check()
    wait_until(lambda: holds_keys(vm), 60, "a new logind may react")
    sleep_key(vm)
    vm.sh("sleep 3", timeout=60).check()
    assert not ended(vm, "HYPNOS_SUSPENDING")
    configure(vm, f"{KEYBOARD}Keyboards=yes\n")
    sleep_key(vm)
    vm.qmp.wait_event("SUSPEND", timeout=60)
    vm.qmp.wake()
    vm.wait_shell(120)
    a_press_that_ends_a_sleep_early(vm)


def a_press_that_ends_a_sleep_early(vm: Vm) -> None:
    """To the kernel any press is a reason to stay awake; the cloud meant the opposite."""
    path = "/etc/hypnos/sleep.d/10-slow"
    vm.sh(f"mkdir -p {path[:-8]}; cat >{path} <<'END'\n{SLOW_HOOK}END\nchmod 755 {path}").check()
    vm.sh("sleep 2", timeout=60).check()
    seen = vm.qmp.mark()
    press(vm)
    vm.sh("sleep 3", timeout=60).check()
    press(vm)
    vm.qmp.wait_event("SUSPEND", timeout=120, since=seen)
    vm.qmp.wake()
    vm.wait_shell(120)
    (early,) = ended(vm, "HYPNOS_SUSPEND_FAILED")
    assert (early["initiator"], early["outcome"]) == ("cloud", "woke-early")
