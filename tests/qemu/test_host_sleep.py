# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host sleeps, wakes by its RTC, carries its guest through, and knows how it went.

One host for all tests of this file, so each leaves it awake, idle and without an alarm.
"""

import os
import tempfile
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest
from host_sleeping import (
    LONG,
    NOT_YET,
    SHORT,
    accepted,
    assert_slept,
    cancelled,
    refused,
    sleep_in_ram,
    slow_guest,
)
from hypnosctl import REFUSED
from lab import Vm, wait_until
from lab.debian import root_disk_args
from lab.host import BUS, Host, host_image, host_spec

pytestmark = pytest.mark.qemu
deep = pytest.mark.skipif(os.environ.get("HYPNOS_DEEP") != "1", reason="deep tests only")

ALARM_STEPS = 2
"""Seconds by which a wake may miss the time that was asked for: those of the RTC, and QEMU's."""
NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups busctl"


@pytest.fixture(scope="module")
def host(shared_vm_factory: Callable[..., Vm]) -> Iterator[Host]:
    """It and its guest, booted."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    with tempfile.TemporaryDirectory(prefix="host-") as directory:
        disk = Path(directory) / "root.img"
        image = host_image(Path(os.environ["HYPNOS_BUILD"]), disk)
        inner = shared_vm_factory()
        vm = shared_vm_factory(**host_spec(image, root_disk_args(disk), inner))
        yield Host(vm, inner).set_up()


@pytest.fixture(autouse=True)
def left_as_found(host: Host) -> Iterator[None]:
    """Afterwards nothing is under way, no alarm is set, and the guest runs."""
    yield
    assert "current" not in host.status()
    left = "find /var/lib/hypnos -name operation.json -o -name guests.json"
    assert host.sh(left) == ""
    alarm = host.alarm()
    host.set_alarm(None)
    assert alarm is None
    assert host.inner.qmp.status() == "running"


def test_what_works(host: Host) -> None:
    """As libvirt writes it, and for anybody on the bus."""
    xml = "<power_management> <suspend_mem/> <suspend_disk/> <suspend_hybrid/> </power_management>"
    assert host.sh("hypnosctl host capabilities --xml").split() == xml.split()
    answer = host.sh(f"{NOBODY} call {BUS} Capabilities")
    assert answer.startswith('sa(sbs) "logind" 4 "mem" true "" "disk" true ""')


def test_less_than_a_minute_is_refused(host: Host) -> None:
    assert "60 s" in refused(host, "--for", "59")


def test_an_rtc_that_may_not_wake_the_host_is_refused(host: Host) -> None:
    switch = "/sys/class/rtc/rtc0/device/power/wakeup"
    host.sh(f"echo disabled >{switch}")
    assert switch in refused(host, "--for", "60")
    host.sh(f"echo enabled >{switch}")


def test_mem_until_the_alarm(host: Host) -> None:
    seen, inner_seen, naps = host.vm.qmp.mark(), host.inner.qmp.mark(), host.inner_sleeps()
    seconds, record = sleep_in_ram(host, "--for", "60")
    assert 30 < seconds < 61
    assert_slept(record, seconds)
    assert (record["target"], record["initiator"]) == ("mem", "host")
    assert 60 <= record["alarm"] - record["requested-at"] <= 60 + ALARM_STEPS
    own_wake = host.vm.qmp.wait_event("WAKEUP", since=seen)
    assert own_wake.happened == pytest.approx(record["alarm"], abs=ALARM_STEPS)
    assert host.alarm() is None
    guests_sleep = host.inner.qmp.wait_event("SUSPEND", since=inner_seen)
    own_sleep = host.vm.qmp.wait_event("SUSPEND", since=seen)
    assert guests_sleep.happened < own_sleep.happened
    assert host.inner_sleeps() == naps + 1
    assert host.inner_clock_error() < 1.5


@deep
def test_a_later_alarm_of_another_program_is_put_back(host: Host) -> None:
    others = host.set_alarm(3600)
    seconds, record = sleep_in_ram(host, *SHORT)
    assert_slept(record, seconds)
    assert record["kept-alarm"] == others
    assert host.alarm() == others
    host.set_alarm(None)


@deep
def test_an_earlier_alarm_of_another_program_wakes_the_host(host: Host) -> None:
    others = host.set_alarm(25)
    seconds, record = sleep_in_ram(host, *LONG)
    assert seconds < 26
    assert_slept(record, seconds, "other-alarm")
    assert "alarm" not in record and record["kept-alarm"] == others


@deep
def test_what_else_wakes_it_is_told(host: Host) -> None:
    """And the alarm is taken away."""
    seen = host.vm.qmp.mark()
    operation = accepted(host, *LONG)
    host.vm.qmp.wait_event("SUSPEND", timeout=60, since=seen)
    time.sleep(3)
    host.vm.qmp.wake()
    record = host.wait_over(operation)
    assert (record["outcome"], record["woken-by"]) == ("slept", "other")


def test_called_off_before_anything_is_done(host: Host) -> None:
    others = host.set_alarm(3600)
    operation = accepted(host, *NOT_YET)
    assert host.status()["current"]["state"] == "waiting"
    cancelled(host, operation)
    assert host.alarm() == others
    assert host.vm.sh("hypnosctl host cancel", 60).returncode == REFUSED, "nothing is left"
    host.set_alarm(None)


@deep
def test_called_off_while_a_guest_goes_to_sleep(host: Host) -> None:
    with slow_guest(host, 60):
        operation = accepted(host, *LONG)
        host.wait_state("preparing")
        cancelled(host, operation)
    wait_until(host.inner_answers, 60, "the guest is left asleep")


@deep
def test_a_guest_whose_qemu_hangs_is_not_left_running(host: Host) -> None:
    host.inner.freeze()
    try:
        record = host.wait_over(accepted(host, *LONG))
    finally:
        host.inner.thaw()
    assert record["outcome"] in ("refused", "cancelled") and "inner" in record["text"], record


def test_one_sleep_at_a_time(host: Host) -> None:
    """The other caller is told of it, and so is another process."""
    operation = accepted(host, *NOT_YET)
    assert operation in refused(host, *LONG)
    assert operation in refused(host, *LONG, "--direct")
    cancelled(host, operation)


def test_an_inhibitor_refuses_and_is_named(host: Host) -> None:
    inhibit = ("systemd-inhibit", "--what=sleep", "--mode=block", "--who=Backup", "--why=running")
    host.begin("backup", *inhibit, "sleep", "1000")
    wait_until(lambda: "Backup" in host.sh("systemd-inhibit --list --no-pager"), 30)
    text = refused(host, *LONG)
    assert "Backup" in text and "running" in text
    seconds, record = sleep_in_ram(host, "--force", *SHORT)
    host.sh("systemctl stop backup")
    assert_slept(record, seconds)


def test_who_may(host: Host) -> None:
    """Anybody may look; polkit lets nobody else begin a sleep from outside a session."""
    host.sh(f"{NOBODY} call {BUS} Status")
    host.sh(f"{NOBODY} introspect org.hypnos.Host1 /org/hypnos/Host1")
    done = host.vm.sh(f"{NOBODY} call {BUS} Suspend 'sta{{sv}}' mem 60 0", timeout=60)
    assert done.returncode and "org.hypnos.host1.suspend" in done.stdout, done.stdout


def test_the_guest_sleeps_before_a_sleep_that_somebody_else_begins(host: Host) -> None:
    """logind waits 1 s here, and the guest needs longer: hypnos-hostd-guests.service waits too."""
    drop_in = "/run/systemd/logind.conf.d/99-short.conf"
    host.sh(f"mkdir -p {os.path.dirname(drop_in)}")
    host.sh(f"printf '[Login]\\nInhibitDelayMaxSec=1\\n' >{drop_in}")
    host.sh("systemctl kill -s HUP systemd-logind")
    seen, inner_seen, naps = host.vm.qmp.mark(), host.inner.qmp.mark(), host.inner_sleeps()
    with slow_guest(host, 8):
        host.sh("systemctl suspend")
        own_sleep = host.vm.qmp.wait_event("SUSPEND", 60, seen)
        host.vm.qmp.wake()
        host.vm.wait_shell(120)
        record = host.wait_over()
    guests_sleep = host.inner.qmp.wait_event("SUSPEND", since=inner_seen)
    assert guests_sleep.happened < own_sleep.happened
    assert (record["initiator"], record["outcome"]) == ("local", "slept")
    host.sh(f"rm {drop_in}; systemctl kill -s HUP systemd-logind")
    assert host.inner_sleeps() == naps + 1
    assert host.inner_clock_error() < 1.5


@deep
def test_direct_while_hostd_runs(host: Host) -> None:
    """For hostd that is a sleep of somebody else's: it carries the guest, and lets the record be."""
    seen, naps = host.vm.qmp.mark(), host.inner_sleeps()
    host.begin("direct", "hypnosctl", "host", "suspend", "--direct", *SHORT)
    seconds = host.sleep_through(seen)
    record = host.wait_over()
    assert_slept(record, seconds)
    assert record["initiator"] == "host"
    wait_until(host.inner_answers, 60, "the guest is left asleep")
    assert host.inner_sleeps() == naps + 1


def kill_hostd_once(host: Host, state: str) -> str:
    """A command for the host: hostd dies as soon as its record has this state."""
    record = "/var/lib/hypnos/host/operation.json"
    pid = host.sh("systemctl show -P MainPID hypnos-hostd")
    return f"until grep -qs '\"{state}\"' {record}; do :; done; kill -9 {pid}"


@deep
def test_hostd_killed_while_a_guest_goes_to_sleep(host: Host) -> None:
    """One that is still about to when the next hostd comes."""
    others, naps = host.set_alarm(3600), host.inner_sleeps()
    host.begin("killer", "sh", "-c", kill_hostd_once(host, "preparing"))
    with slow_guest(host, 20):
        operation = accepted(host, *LONG)
        assert host.wait_over(operation)["outcome"] == "cancelled"
        time.sleep(25)
        wait_until(host.inner_answers, 60, "the guest is left asleep")
    assert host.inner_sleeps() <= naps + 1
    assert host.alarm() == others
    host.set_alarm(None)


@deep
def test_hostd_killed_when_the_sleep_has_been_asked_for(host: Host) -> None:
    """Whether the host sleeps then is logind's choice; its record tells what QEMU has seen."""
    seen, naps = host.vm.qmp.mark(), host.inner_sleeps()
    host.begin("killer", "sh", "-c", kill_hostd_once(host, "entering"))
    operation = accepted(host, *SHORT)
    record = host.wait_over(operation, timeout=120)
    host.vm.qmp.mark()  # reads what has happened meanwhile
    slept = host.vm.qmp.find("SUSPEND", seen) is not None
    assert (record["outcome"] == "slept") == slept, record
    assert slept or record["outcome"] == "failed", record
    wait_until(host.inner_answers, 60, "the guest is left asleep")
    assert host.inner_sleeps() == naps + 1


@deep
def test_hybrid(host: Host) -> None:
    seconds, record = sleep_in_ram(host, "--to", "hybrid", "--allow-short", "--for", "30")
    assert_slept(record, seconds)
    assert record["target"] == "hybrid"


@deep
def test_disk(host: Host) -> None:
    naps = host.inner_sleeps()
    operation = accepted(host, "--to", "disk", *LONG)
    host.sleep_on_disk()
    record = host.wait_over(operation)
    assert (record["target"], record["outcome"]) == ("disk", "slept"), record
    assert record["slept-ms"] > 3000
    wait_until(host.inner_answers, 60, "the guest is left asleep")
    assert host.inner_sleeps() == naps + 1
