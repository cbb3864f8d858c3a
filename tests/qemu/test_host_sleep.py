# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host sleeps, wakes by its RTC, carries its guest through, and knows how it went.

One host for all tests of this file, so each leaves it awake, idle and without an alarm.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from hypnosctl import REFUSED
from lab import Completed, Vm, wait_until
from lab.debian import root_disk_args
from lab.host import BUS, Host, host_image, host_spec

pytestmark = pytest.mark.qemu

RTC_STEP_MS = 1500
"""A length of sleep is as exact as the RTC, which counts seconds."""
ALARM_STEPS = 2
"""Seconds by which a wake may miss the time that was asked for: those of the RTC, and QEMU's."""
SHORT = ("--allow-short", "--for", "20")


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
    assert host.alarm() is None
    assert host.inner.qmp.status() == "running"


def ask(host: Host, *words: str) -> Completed:
    """`hypnosctl host suspend`, which does not wait for the end."""
    command = f"hypnosctl host suspend {' '.join(words)} --no-wait --json"
    return host.vm.sh(command, timeout=60)


def accepted(host: Host, *words: str) -> str:
    """The operation that has begun."""
    operation: str = json.loads(ask(host, *words).check().splitlines()[-1])["operation"]
    return operation


def refused(host: Host, *words: str) -> str:
    """What the refusal says."""
    done = ask(host, *words)
    assert done.returncode == REFUSED, done.stdout
    return done.stdout


def sleep_in_ram(host: Host, *words: str) -> "tuple[float, dict[str, Any]]":
    """How long QEMU has seen it asleep, and the record."""
    seen = host.vm.qmp.mark()
    operation = accepted(host, *words)
    seconds = host.sleep_through(seen)
    return seconds, host.wait_over(operation)


def assert_slept(record: "dict[str, Any]", seconds: float, woken_by: str = "alarm") -> None:
    """A sleep of that length, ended so."""
    assert (record["outcome"], record["woken-by"]) == ("slept", woken_by), record
    assert record["slept-ms"] == pytest.approx(seconds * 1000, abs=RTC_STEP_MS)


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
    assert host.inner_clock_error() < 2


def test_a_later_alarm_of_another_program_is_put_back(host: Host) -> None:
    others = host.set_alarm(3600)
    seconds, record = sleep_in_ram(host, *SHORT)
    assert_slept(record, seconds)
    assert record["kept-alarm"] == others
    assert host.alarm() == others
    host.set_alarm(None)


def test_an_earlier_alarm_of_another_program_wakes_the_host(host: Host) -> None:
    host.set_alarm(30)
    seconds, record = sleep_in_ram(host, "--for", "90")
    assert seconds < 31
    assert_slept(record, seconds, "other-alarm")


def test_called_off_before_anything_is_done(host: Host) -> None:
    operation = accepted(host, "--for", "60", "--delay", "600")
    assert host.status()["current"]["state"] == "waiting"
    host.sh(f"hypnosctl host cancel {operation}")
    assert host.wait_over(operation)["outcome"] == "cancelled"


def test_called_off_while_a_guest_goes_to_sleep(host: Host) -> None:
    """One that is slow to."""
    host.inner.freeze()
    try:
        operation = accepted(host, "--for", "60")
        state = lambda: host.status().get("current", {}).get("state")  # noqa: E731
        wait_until(lambda: state() == "preparing", 30, "it does not begin")
        host.sh("hypnosctl host cancel")
    finally:
        host.inner.thaw()
    assert host.wait_over(operation)["outcome"] == "cancelled"
    wait_until(host.inner_answers, 60, "the guest is left asleep")


def test_one_sleep_at_a_time(host: Host) -> None:
    first = accepted(host, "--for", "60", "--delay", "600")
    assert first in refused(host, "--for", "120")
    host.sh("hypnosctl host cancel")
    assert host.wait_over(first)["outcome"] == "cancelled"


def test_an_inhibitor_refuses_and_is_named(host: Host) -> None:
    inhibit = ("systemd-inhibit", "--what=sleep", "--mode=block", "--who=Backup", "--why=running")
    host.begin("backup", *inhibit, "sleep", "1000")
    wait_until(lambda: "Backup" in host.sh("systemd-inhibit --list --no-pager"), 30)
    text = refused(host, "--for", "60")
    assert "Backup" in text and "running" in text
    seconds, record = sleep_in_ram(host, "--force", *SHORT)
    host.sh("systemctl stop backup")
    assert_slept(record, seconds)


def test_who_may(host: Host) -> None:
    """Anybody may look; polkit lets nobody else begin a sleep from outside a session."""
    nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups busctl"
    for method in ("Capabilities", "Status"):
        host.sh(f"{nobody} call {BUS} {method}")
    host.sh(f"{nobody} introspect org.hypnos.Host1 /org/hypnos/Host1")
    done = host.vm.sh(f"{nobody} call {BUS} Suspend 'sta{{sv}}' mem 60 0", timeout=60)
    assert done.returncode, done.stdout
    assert "current" not in host.status()


def test_the_guest_sleeps_before_a_sleep_that_somebody_else_begins(host: Host) -> None:
    seen, inner_seen, naps = host.vm.qmp.mark(), host.inner.qmp.mark(), host.inner_sleeps()
    host.sh("systemctl suspend")
    own_sleep = host.vm.qmp.wait_event("SUSPEND", 60, seen)
    guests_sleep = host.inner.qmp.wait_event("SUSPEND", since=inner_seen)
    assert guests_sleep.happened < own_sleep.happened
    host.vm.qmp.wake()
    host.vm.wait_shell(120)
    record = host.wait_over()
    assert (record["initiator"], record["outcome"]) == ("local", "slept")
    assert host.inner_sleeps() == naps + 1
    assert host.inner_clock_error() < 2


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


def test_direct_is_refused_while_hostd_has_a_sleep_under_way(host: Host) -> None:
    first = accepted(host, "--for", "60", "--delay", "600")
    done = host.vm.sh("hypnosctl host suspend --direct --for 60", timeout=60)
    host.sh("hypnosctl host cancel")
    assert done.returncode == REFUSED and first in done.stdout, done.stdout
    assert host.wait_over(first)["outcome"] == "cancelled"


def kill_hostd_once(host: Host, state: str) -> str:
    """A command for the host: hostd dies as soon as its record has this state."""
    record = "/var/lib/hypnos/host/operation.json"
    pid = host.sh("systemctl show -P MainPID hypnos-hostd")
    return f"until grep -qs '\"{state}\"' {record}; do :; done; kill -9 {pid}"


def test_hostd_killed_while_a_guest_goes_to_sleep(host: Host) -> None:
    naps = host.inner_sleeps()
    host.begin("killer", "sh", "-c", kill_hostd_once(host, "preparing"))
    operation = accepted(host, "--for", "60")
    assert host.wait_over(operation)["outcome"] == "cancelled"
    wait_until(host.inner_answers, 60, "the guest is left asleep")
    assert host.inner_sleeps() <= naps + 1


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


def test_hybrid(host: Host) -> None:
    seconds, record = sleep_in_ram(host, "--to", "hybrid", "--for", "60")
    assert_slept(record, seconds)
    assert record["target"] == "hybrid"


def test_disk(host: Host) -> None:
    naps = host.inner_sleeps()
    operation = accepted(host, "--to", "disk", "--for", "300")
    host.sleep_on_disk()
    record = host.wait_over(operation)
    assert (record["target"], record["outcome"]) == ("disk", "slept"), record
    assert record["slept-ms"] > 3000
    wait_until(host.inner_answers, 60, "the guest is left asleep")
    assert host.inner_sleeps() == naps + 1
