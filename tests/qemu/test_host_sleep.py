# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian 12 with systemd plays the host; a virtual machine in it, with the real agent, the guest.

In the order of this file: what needs no guest comes first, while the inner one still boots.
"""

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from lab import GuestDirectory, Image, Spec, Vm, wait_until
from lab.debian import KERNEL_ARGS, root_disk_args
from lab.host import CALL, Host, host_image

pytestmark = pytest.mark.qemu

SHORT = 25
"""Seconds of most sleeps: longer than the guests take, with --allow-short."""
LATE = 8
"""Seconds that an emulated machine may be late."""


@pytest.fixture(scope="module")
def machine() -> "Iterator[Vm]":
    """The host, booted once for all tests here."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    with tempfile.TemporaryDirectory(prefix="lab-") as path:
        home = Path(path)
        image = build_image(home)
        disk = root_disk_args(home / "root.img")
        spec = Spec(
            image, memory_mb=1024, cpus=2, swap_mb=0, qemu_args=disk, kernel_args=KERNEL_ARGS
        )
        with Vm(spec, GuestDirectory(home / "0")) as vm:
            yield vm.start().wait_ready(timeout=300)


def build_image(home: Path) -> Image:
    """With the build under test installed."""
    return host_image(
        Path(os.environ["HYPNOS_BUILD"]), Path(os.environ["HYPNOS_AGENT"]), home / "root.img"
    )


@pytest.fixture
def host(machine: Vm) -> Host:
    """With its guest left alone, which may still boot."""
    found = Host(machine)
    found.policy("leave")
    return found


@pytest.fixture
def carrying(machine: Vm) -> Host:
    """With its guest running, and carried."""
    found = Host(machine)
    found.wait_inner()
    found.policy("suspend-ram")
    return found


def suspend(host: Host, *options: str, seconds: "int | None" = SHORT) -> "dict[str, Any]":
    """`hypnosctl host suspend`; its report once the host is awake again."""
    words = [*options] if seconds is None else ["--for", str(seconds), "--allow-short", *options]
    done = host.vm.sh(f"hypnosctl host suspend --json {' '.join(words)} 2>&1", timeout=240)
    report: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    report["exit"] = done.returncode
    return report


def start(host: Host, *options: str) -> str:
    """The operation of a sleep that is not waited for."""
    return host.sh(f"hypnosctl host suspend --no-wait --allow-short {' '.join(options)}").split()[-1]


def wait_ended(host: Host, operation: str, timeout: float = 180) -> "dict[str, Any]":
    """The record of that sleep."""
    wait_until(lambda: host.last().get("operation") == operation, timeout, "it does not end")
    return host.last()


def test_capabilities_are_those_of_the_machine(host: Host) -> None:
    """As logind and the kernel have them, as libvirt writes them, and for anybody on the bus."""
    xml = "<power_management>\n  <suspend_mem/>\n</power_management>"
    assert host.sh("hypnosctl host capabilities --xml").split() == xml.split()
    answer = host.sh(f"setpriv --reuid=65534 --clear-groups {CALL} Capabilities")
    assert answer.startswith('sa(sbs) "logind" 4 "mem" true "" "disk" false "no swap')


def test_less_than_a_minute_is_refused(host: Host) -> None:
    report = suspend(host, "--for", "59", seconds=None)
    assert report["exit"] == 4 and "at least 60 s" in report["error"]["text"]


def test_an_rtc_that_may_not_wake_the_host_is_refused(host: Host) -> None:
    switch = "/sys/class/rtc/rtc0/device/power/wakeup"
    host.sh(f"echo disabled >{switch}")
    report = suspend(host)
    host.sh(f"echo enabled >{switch}")
    assert report["exit"] == 4 and switch in report["error"]["text"]


def test_cancel_before_the_sleep(host: Host) -> None:
    host.set_alarm(3600)
    theirs = host.alarm()
    operation = start(host, "--for 600 --delay 300")
    assert host.status()["current"]["operation"] == operation
    host.sh(f"hypnosctl host cancel {operation}")
    assert wait_ended(host, operation)["outcome"] == "cancelled"
    assert host.alarm() == theirs
    host.set_alarm(None)
    assert host.vm.sh("hypnosctl host cancel", 60).returncode == 4, "nothing is left"


def test_of_two_callers_one_is_refused_and_told_of_the_other(host: Host) -> None:
    operation = start(host, "--for 600 --delay 300")
    refused = suspend(host)
    assert refused["exit"] == 4 and operation in refused["error"]["text"]
    direct = suspend(host, "--direct")
    assert direct["exit"] == 4 and operation in direct["error"]["text"], "another process is, too"
    host.sh("hypnosctl host cancel")
    wait_ended(host, operation)


def test_a_block_inhibitor_refuses_and_is_named(host: Host) -> None:
    inhibit = "systemd-inhibit --what=sleep --mode=block --who=Backup --why=running sleep 600"
    host.sh(f"systemd-run --unit=backup -q {inhibit}")
    listed = "systemd-inhibit --list | grep -q Backup"
    wait_until(lambda: host.vm.sh(listed, 60).returncode == 0, 30, "no inhibitor")
    report = suspend(host)
    forced = suspend(host, "--force")
    host.sh("systemctl stop backup")
    assert report["exit"] == 4 and "Backup" in report["error"]["text"]
    assert forced["sleep"]["outcome"] == "slept"


def test_who_is_not_root_needs_polkits_leave(host: Host) -> None:
    call = f'{CALL} Suspend "sta{{sv}}" mem 60 0'
    denied = host.vm.sh(f"setpriv --reuid=65534 --clear-groups {call} 2>&1", 60)
    assert denied.returncode and "not authorized for org.hypnos.host1.suspend" in denied.stdout


def test_a_minute_in_ram_ends_by_the_alarm_on_time(host: Host) -> None:
    seen, begun = len(host.vm.qmp.events), time.monotonic()
    report = suspend(host, "--for", "60", seconds=None)
    asleep = host.vm.qmp.wait_event("SUSPEND", since=seen)
    woke = host.vm.qmp.wait_event("WAKEUP", since=seen)
    assert woke.received - begun == pytest.approx(60, abs=LATE)
    sleep = report["sleep"]
    print(f"SUSPEND after {asleep.received - begun:.1f} s, WAKEUP after {woke.received - begun:.1f} s")
    assert (sleep["outcome"], sleep["woken-by"], sleep["wake-reason"]) == ("slept", "alarm", "rtc")
    slept = woke.received - asleep.received
    assert sleep["slept-ms"] / 1000 == pytest.approx(slept, abs=LATE)
    assert host.alarm() is None
    assert host.last() == sleep, "any process may read it afterwards"


def test_a_later_alarm_of_another_program_survives(host: Host) -> None:
    theirs = host.set_alarm(3600)
    sleep = suspend(host)["sleep"]
    assert (sleep["outcome"], sleep["woken-by"], sleep["kept-alarm"]) == ("slept", "alarm", theirs)
    assert host.alarm() == theirs
    host.set_alarm(None)


def test_an_earlier_alarm_of_another_program_is_what_wakes_the_host(host: Host) -> None:
    theirs = host.set_alarm(30)
    sleep = suspend(host, "--for", "600", seconds=None)["sleep"]
    assert "alarm" not in sleep and sleep["kept-alarm"] == theirs
    assert (sleep["outcome"], sleep["woken-by"]) == ("slept", "other-alarm")


def test_what_wakes_it_is_told(host: Host) -> None:
    """Not by the alarm, which is taken away then."""
    operation = start(host, "--for 600")
    host.vm.qmp.wait_event("SUSPEND", timeout=60, since=len(host.vm.qmp.events) - 1)
    time.sleep(3)
    host.vm.qmp.wake()
    sleep = wait_ended(host, operation)
    assert (sleep["outcome"], sleep["woken-by"]) == ("slept", "other")
    assert sleep["wake-reason"] == "power-button", "which is what QEMU's system_wakeup presses"
    assert host.alarm() is None


def test_s2idle_is_told_apart(host: Host) -> None:
    """No alarm wakes QEMU's machine from it, so it is called off by a wakeup event: by nobody here."""
    assert "s2idle: works" in host.sh("hypnosctl host capabilities")


def guest_events(host: Host) -> "Callable[[], list[str]]":
    """What hostd tells of the guest from now on."""
    match = "member='GuestChanged'"
    host.sh(f"systemd-run --unit=ear -q sh -c \"busctl monitor --match {match} >/run/ear\"")
    wait_until(lambda: host.vm.sh("grep -q Monitoring /run/ear", 60).returncode in (0, 1), 30, "")
    time.sleep(2)

    def stop() -> "list[str]":
        text = host.sh("systemctl stop ear; cat /run/ear; rm /run/ear")
        words = ("sleeping", "asleep", "failed", "waking", "awake", "not-awake")
        return [word for line in text.splitlines() for word in words if f'STRING "{word}"' in line]

    return stop


def clocks_agree(host: Host) -> bool:
    """Whether the guest's time is the host's, to a few seconds of slow machines."""
    text = host.sh("date +%s%N; timeout 60 hypnosctl agent inner guest-get-time; date +%s%N", 90)
    before, told, after = (int(line) for line in text.split())
    return before - 2e9 < told < after + 2e9


def test_guests_sleep_before_the_host_and_are_awake_and_right_after_it(carrying: Host) -> None:
    """The inner QEMU proves its sleep; the host sleeps for a time that a clock would miss."""
    events = guest_events(carrying)
    sleep = suspend(carrying, seconds=60)["sleep"]
    assert (sleep["outcome"], sleep["woken-by"]) == ("slept", "alarm")
    assert events() == ["sleeping", "asleep", "waking", "awake"]
    record = json.loads(carrying.sh("timeout 60 hypnosctl agent inner hypnos-status", 90))["last"]
    assert record["outcome"] == "slept"
    assert carrying.inner_state() == "running"
    assert clocks_agree(carrying)


def test_somebody_elses_sleep_carries_guests_too(carrying: Host) -> None:
    events = guest_events(carrying)
    seen = len(carrying.vm.qmp.events)
    carrying.set_alarm(60)
    before = carrying.last().get("operation")
    carrying.sh("systemctl suspend")
    carrying.vm.qmp.wait_event("WAKEUP", timeout=120, since=seen)
    wait_until(lambda: carrying.last().get("operation") != before, 120, "it is not told")
    sleep = carrying.last()
    assert (sleep["initiator"], sleep["outcome"], sleep["target"]) == ("local", "slept", "mem")
    assert events() == ["sleeping", "asleep", "waking", "awake"]
    assert carrying.inner_state() == "running"
    assert clocks_agree(carrying)


def test_a_guest_that_takes_longer_than_logind_waits_still_sleeps_first(carrying: Host) -> None:
    """logind waits 1 s here; hypnos-hostd-guests.service holds sleep.target up."""
    drop_in = "/run/systemd/logind.conf.d/99-short.conf"
    carrying.sh(f"mkdir -p {os.path.dirname(drop_in)}")
    carrying.sh(f"printf '[Login]\\nInhibitDelayMaxSec=1\\n' >{drop_in}")
    carrying.sh("systemctl kill -s HUP systemd-logind")
    seen, before = len(carrying.vm.qmp.events), carrying.last().get("operation")
    carrying.set_alarm(60)
    carrying.sh("systemctl suspend")
    carrying.vm.qmp.wait_event("WAKEUP", timeout=120, since=seen)
    wait_until(lambda: carrying.last().get("operation") != before, 120, "it is not told")
    carrying.sh(f"rm {drop_in}; systemctl kill -s HUP systemd-logind")
    guests = carrying.sh("journalctl -b -u hypnos-hostd-guests --no-pager -o short-unix")
    slept = carrying.sh("journalctl -b -u systemd-suspend --no-pager -o short-unix | grep Entering")
    ended = [line for line in guests.splitlines() if "Finished" in line][-1]
    assert float(ended.split()[0]) < float(slept.splitlines()[-1].split()[0])
    assert carrying.inner_state() == "running"


@pytest.mark.parametrize("state", ["preparing", "entering"])
def test_a_hostd_that_is_killed_strands_nothing(carrying: Host, state: str) -> None:
    """Killed in that state; systemd starts the next one, which finishes."""
    theirs = carrying.set_alarm(3600)
    kill = "systemctl kill -s KILL hypnos-hostd"
    ear = f"busctl monitor --match member='OperationChanged' | grep -q -m1 '\"{state}\"'; {kill}"
    carrying.sh(f"systemd-run --unit=killer -q sh -c {json.dumps(ear)}")
    time.sleep(2)
    operation = start(carrying, "--for 60")
    sleep = wait_ended(carrying, operation)
    assert sleep["outcome"] in (("cancelled",) if state == "preparing" else ("slept", "failed"))
    wait_until(lambda: not exists(carrying, "guests.json"), 120, "guests are left")
    assert not exists(carrying, "operation.json")
    assert carrying.inner_state() == "running"
    assert carrying.alarm() == theirs
    carrying.set_alarm(None)


def exists(host: Host, file: str) -> bool:
    return host.vm.sh(f"test -e /var/lib/hypnos/host/{file}", 60).returncode == 0
