# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnosctl host: what it asks of hostd, what it prints, and how it exits.

Nothing here sleeps: hostd is a fake on a bus of the test's own, and the host is a directory.
"""

import json
import os
import pty
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from harness.fake_hostd import OPERATION, FakeHostd, SystemBus, a_sleep, save
from harness.fake_root import FakeRoot
from harness.waiting import wait_for

DONE, FAILED, USAGE, UNREACHABLE, REFUSED, TIMED_OUT, DIFFERS = range(7)
SCHEMA = Path(__file__).parents[2] / "docs/report.schema.json"

Done = subprocess.CompletedProcess[str]
Answer = Callable[[FakeHostd], None]


@pytest.fixture
def place() -> Iterator[Path]:
    """A root, short enough for sockets in it."""
    with tempfile.TemporaryDirectory(prefix="host-") as path:
        yield Path(path)


@pytest.fixture
def bus(place: Path) -> Iterator[SystemBus]:
    """With nobody on it."""
    (place / "services").mkdir()
    made = SystemBus(place, place / "services")
    yield made
    made.end()


@pytest.fixture
def hostd(bus: SystemBus) -> Iterator[FakeHostd]:
    """Accepts, and then says nothing."""
    made = FakeHostd(bus.address)
    made.answers["Suspend"] = FakeHostd.accept
    made.answers["Cancel"] = FakeHostd.say
    yield made
    made.end()


def command(root: Path, *words: str) -> list[str]:
    return [os.environ["HYPNOSCTL"], "host", words[0], "--root", str(root), *words[1:]]


def run(root: Path, *words: str) -> Done:
    environment = {**os.environ, "TZ": "UTC"}
    return subprocess.run(
        command(root, *words), capture_output=True, text=True, timeout=30, env=environment
    )


def start(root: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command(root, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def report(done: Done) -> dict[str, Any]:
    """The one JSON object that was printed, which the schema knows."""
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(told, json.loads(SCHEMA.read_text()))
    return told


def accept_and_end(**members: Any) -> Answer:
    """Sleeps as it should, but for what `members` say of the end."""

    def answer(hostd: FakeHostd) -> None:
        hostd.accept()
        for state in ("waiting", "preparing", "entering"):
            hostd.tell(a_sleep(state))
        hostd.tell(a_sleep(**members))

    return answer


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["suspend"], "exactly one of --for, --until and --no-alarm"),
        (["suspend", "--for", "2h", "--no-alarm"], "exactly one of"),
        (["suspend", "--for", "2h", "--until", "06:30"], "exactly one of"),
        (["suspend", "--for", "soon"], "--for needs a duration"),
        (["suspend", "--until", "25:00"], "--until needs a time"),
        (["suspend", "--to", "ram", "--for", "2h"], "--to is one of mem, disk, hybrid, s2idle"),
        (["suspend", "--no-alarm", "--delay", "-3"], "--delay needs a number"),
        (["suspend", "--no-alarm", "--timeout", "0"], "--timeout needs a number"),
        (["suspend", "--no-alarm", "--no-wait", "--direct"], "--no-wait is for hostd"),
        (["suspend", "--no-alarm", "web1"], "'web1' is one word too many"),
        (["capabilities", "--xml", "--json"], "cannot both be given"),
        (["capabilities", "mem"], "one word too many"),
        (["status", "mem"], "one word too many"),
        (["cancel", "a", "b"], "one word too many"),
    ],
)
def test_usage(place: Path, words: list[str], text: str) -> None:
    done = run(place, *words)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert text in done.stderr


def test_a_verb_that_is_none(place: Path) -> None:
    done = run(place, "suspnd")
    assert done.returncode == USAGE
    assert "there is no verb 'suspnd'; did you mean 'suspend'?" in done.stderr
    assert "hypnosctl host --help" in done.stderr


def test_status_of_nothing(place: Path) -> None:
    done = run(place, "status")
    assert (done.returncode, done.stderr) == (DONE, "")
    assert done.stdout == "nothing is known of a sleep of this host\n"
    assert report(run(place, "status", "--json")) == {"verb": "host-status"}


def test_status_in_words(place: Path) -> None:
    save(place, "last", a_sleep(wake_reason="rtc", text="2 guests wake"))
    save(place, "operation", a_sleep("preparing", target="disk", initiator="local"))
    done = run(place, "status")
    assert done.returncode == DONE
    assert done.stdout.splitlines() == [
        "under way: disk, begun by others at 2025-10-09 08:53:20; preparing: guests go to sleep; "
        f"alarm at 2025-10-09 09:55:20; operation {OPERATION}",
        "last: mem, asked for at 2025-10-09 08:53:20; slept: 1 h 2 min, woken by the alarm (rtc); "
        "2 guests wake",
    ]


def test_status_as_json(place: Path) -> None:
    last = a_sleep(outcome="failed", details={"errno": 16}, slept_ms=0, woken_by="nothing")
    save(place, "last", last)
    assert report(run(place, "status", "--json")) == {"verb": "host-status", "last": last}


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"slept_ms": 125000, "woken_by": "other-alarm"}, "2 min 5 s, woken by another program's"),
        ({"slept_ms": 12900, "woken_by": "other"}, "12 s, woken by something else than an alarm"),
        ({"slept_ms": 7200400, "woken_by": "nothing"}, "slept: 2 h\n"),
        ({"slept_ms": 420, "woken_by": "alarm", "wake_reason": "\x1b[2J"}, r"0.4 s, woken by"),
        ({"outcome": "cancelled", "slept_ms": 0, "woken_by": "nothing"}, "; cancelled\n"),
        ({"outcome": "refused", "slept_ms": 0, "woken_by": "nothing", "text": "no"}, "refused: no"),
    ],
)
def test_how_the_last_one_ended(place: Path, members: dict[str, Any], text: str) -> None:
    save(place, "last", a_sleep(**members))
    told = run(place, "status").stdout
    assert text in told
    assert "\x1b" not in told


def test_a_damaged_record_is_none(place: Path) -> None:
    save(place, "last", a_sleep(outcome="Slept"))
    assert "nothing is known" in run(place, "status").stdout


def test_what_hostd_is_asked(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = accept_and_end()
    run(place, "suspend", "--for", "1.5m")
    run(place, "suspend", "--to", "disk", "--no-alarm", "--force", "--delay", "0")
    run(place, "suspend", "--for", "0.1", "--allow-short", "--delay", "2.5")
    assert hostd.calls == [
        ("Suspend", ("mem", 90, {})),
        ("Suspend", ("disk", 0, {"no-alarm": True, "force": True, "delay-ms": 0})),
        ("Suspend", ("mem", 1, {"allow-short": True, "delay-ms": 2500})),
    ]


def test_until(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = accept_and_end()
    at = int(time.time()) + 7200
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    run(place, "suspend", "--until", moment)
    [(_, (target, seconds, options))] = hostd.calls
    assert (target, seconds, list(options)) == ("mem", 0, ["until"])
    assert abs(options["until"] - at) <= 1


def test_slept(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = accept_and_end(wake_reason="rtc", text="2 guests wake")
    done = run(place, "suspend", "--for", "2h")
    assert (done.returncode, done.stderr) == (DONE, "")
    assert done.stdout == "slept: 1 h 2 min, woken by the alarm (rtc); 2 guests wake\n"


def test_slept_as_json(place: Path, hostd: FakeHostd) -> None:
    sleep = a_sleep(kept_alarm=1760009999, details={"tasks": 3})
    hostd.answers["Suspend"] = lambda fake: (fake.accept(), fake.tell(sleep))[0]
    told = report(run(place, "suspend", "--for", "2h", "--json"))
    assert told == {"verb": "host-suspend", "operation": OPERATION, "sleep": sleep}


@pytest.mark.parametrize(
    ("target", "outcome", "status"),
    [
        ("mem", "slept", DONE),
        ("s2idle", "s2idle", DONE),
        ("mem", "s2idle", DIFFERS),
        ("disk", "image-lost", DIFFERS),
        ("mem", "woke-early", DIFFERS),
        ("mem", "refused", REFUSED),
        ("mem", "cancelled", REFUSED),
        ("mem", "failed", FAILED),
        ("mem", "timed-out", TIMED_OUT),
    ],
)
def test_outcomes(place: Path, hostd: FakeHostd, target: str, outcome: str, status: int) -> None:
    hostd.answers["Suspend"] = accept_and_end(target=target, outcome=outcome)
    done = run(place, "suspend", "--to", target, "--no-alarm")
    assert done.returncode == status
    told, other = (done.stdout, done.stderr) if status == DONE else (done.stderr, done.stdout)
    assert f"{outcome}: 1 h 2 min" in told
    assert other == ""


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("Usage", USAGE, "usage"),
        ("Refused", REFUSED, "refused"),
        ("Denied", REFUSED, "refused"),
        ("Failed", FAILED, "failed"),
    ],
)
def test_errors_of_hostd(
    place: Path, hostd: FakeHostd, name: str, status: int, kind: str
) -> None:
    hostd.answers["Suspend"] = lambda fake: fake.refuse(name, "not today")
    done = run(place, "suspend", "--for", "2h")
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr == "hypnosctl: not today\n"
    as_json = run(place, "suspend", "--for", "2h", "--json")
    error = {"class": kind, "text": "not today"}
    assert as_json.returncode == status
    assert report(as_json) == {"verb": "host-suspend", "error": error}


def test_a_signal_that_comes_before_the_answer(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = lambda fake: (fake.tell(a_sleep()), fake.accept())[0]
    assert run(place, "suspend", "--for", "2h").returncode == DONE


def test_the_end_of_another_operation_is_not_ours(place: Path, hostd: FakeHostd) -> None:
    other = a_sleep(operation="another", outcome="failed")
    hostd.answers["Suspend"] = lambda fake: (fake.tell(other), accept_and_end()(fake))[0]
    assert run(place, "suspend", "--for", "2h").returncode == DONE


def test_no_wait(place: Path, hostd: FakeHostd) -> None:
    done = run(place, "suspend", "--for", "2h", "--no-wait")
    assert (done.returncode, done.stdout) == (DONE, f"accepted: operation {OPERATION}\n")
    told = report(run(place, "suspend", "--for", "2h", "--no-wait", "--json"))
    assert told == {"verb": "host-suspend", "operation": OPERATION}


def test_an_end_that_does_not_come(place: Path, hostd: FakeHostd) -> None:
    done = run(place, "suspend", "--for", "2h", "--timeout", "0.3")
    assert done.returncode == TIMED_OUT
    assert f"operation {OPERATION} has not ended within the time" in done.stderr
    assert "hypnosctl host status" in done.stderr


def test_an_answer_that_does_not_come(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = lambda fake: None
    done = run(place, "suspend", "--for", "2h", "--timeout", "0.3")
    assert done.returncode == TIMED_OUT
    assert "did not answer Suspend" in done.stderr


def test_no_bus(place: Path) -> None:
    done = run(place, "suspend", "--for", "2h")
    assert done.returncode == UNREACHABLE
    assert f"{place}/run/dbus/system_bus_socket" in done.stderr
    assert "start hypnos-hostd, or use --direct" in done.stderr


@pytest.mark.usefixtures("bus")
def test_nobody_on_the_bus(place: Path) -> None:
    done = run(place, "suspend", "--for", "2h")
    assert done.returncode == UNREACHABLE
    assert "start hypnos-hostd, or use --direct, which sleeps without carrying" in done.stderr
    cancel = run(place, "cancel")
    assert cancel.returncode == UNREACHABLE
    assert "is it running?" in cancel.stderr


def test_a_hostd_that_does_not_start(place: Path, bus: SystemBus) -> None:
    bus.end()
    service = "[D-BUS Service]\nName=org.hypnos.Host1\nExec=/bin/false\n"
    (place / "services/org.hypnos.Host1.service").write_text(service)
    (place / "run/dbus/system_bus_socket").unlink()
    (place / "run/dbus").rmdir()
    again = SystemBus(place, place / "services")
    done = run(place, "suspend", "--for", "2h")
    again.end()
    assert done.returncode == UNREACHABLE
    assert "start hypnos-hostd, or use --direct" in done.stderr


def die_before_answering(hostd: FakeHostd) -> None:
    hostd.die()


def test_hostd_dies_before_it_answers(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = die_before_answering
    assert run(place, "suspend", "--for", "2h").returncode == UNREACHABLE


def test_hostd_dies_and_the_record_tells_the_outcome(place: Path, hostd: FakeHostd) -> None:
    save(place, "last", a_sleep(operation="an-earlier-one", outcome="failed"))
    client = start(place, "suspend", "--for", "2h")
    wait_for(lambda: hostd.calls, "the call")
    hostd.tell(a_sleep("preparing"))
    hostd.die()
    time.sleep(0.5)
    assert client.poll() is None
    save(place, "last", a_sleep(text="hypnos-hostd was killed meanwhile"))
    out, err = client.communicate(timeout=10)
    assert (client.returncode, err) == (DONE, "")
    assert out == "slept: 1 h 2 min, woken by the alarm; hypnos-hostd was killed meanwhile\n"


def test_the_bus_dies_and_the_record_tells_the_outcome(
    place: Path, bus: SystemBus, hostd: FakeHostd
) -> None:
    client = start(place, "suspend", "--for", "2h")
    wait_for(lambda: hostd.calls, "the call")
    time.sleep(0.2)
    bus.end()
    save(place, "last", a_sleep())
    assert client.wait(10) == DONE
    client.communicate()


def test_a_signal_of_another_make_is_looked_up_on_the_disk(place: Path, hostd: FakeHostd) -> None:
    save(place, "last", a_sleep())
    strange = a_sleep(outcome="dreamt")
    hostd.answers["Suspend"] = lambda fake: (fake.accept(), fake.tell(strange))[0]
    assert run(place, "suspend", "--for", "2h").returncode == DONE


def call_off(hostd: FakeHostd) -> None:
    hostd.say()
    hostd.tell(a_sleep(outcome="cancelled", slept_ms=0, woken_by="nothing", text="called off"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_calls_off(place: Path, hostd: FakeHostd, number: signal.Signals) -> None:
    hostd.answers["Cancel"] = call_off
    client = start(place, "suspend", "--for", "2h")
    wait_for(lambda: hostd.calls, "the call")
    client.send_signal(number)
    out, err = client.communicate(timeout=10)
    assert hostd.calls[1:] == [("Cancel", (OPERATION,))]
    assert (client.returncode, out, err) == (REFUSED, "", "hypnosctl: cancelled: called off\n")


def test_an_interrupt_before_the_answer_calls_off_after_it(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = lambda fake: None
    hostd.answers["Cancel"] = call_off
    client = start(place, "suspend", "--for", "2h", "--no-wait")
    wait_for(lambda: hostd.calls, "the call")
    client.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert len(hostd.calls) == 1
    hostd.accept()
    client.communicate(timeout=10)
    assert hostd.calls[1:] == [("Cancel", (OPERATION,))]
    assert client.returncode == REFUSED


def test_an_interrupt_that_comes_too_late(place: Path, hostd: FakeHostd) -> None:
    def too_late(fake: FakeHostd) -> None:
        fake.refuse("Refused", "the kernel has been asked")
        fake.tell(a_sleep())

    hostd.answers["Cancel"] = too_late
    client = start(place, "suspend", "--for", "2h")
    wait_for(lambda: hostd.calls, "the call")
    client.send_signal(signal.SIGINT)
    out, err = client.communicate(timeout=10)
    assert (client.returncode, out) == (DONE, "slept: 1 h 2 min, woken by the alarm\n")
    assert err == "hypnosctl: the kernel has been asked\n"


def test_a_second_interrupt_ends_hypnosctl(place: Path, hostd: FakeHostd) -> None:
    client = start(place, "suspend", "--for", "2h")
    wait_for(lambda: hostd.calls, "the call")
    client.send_signal(signal.SIGINT)
    wait_for(lambda: len(hostd.calls) == 2, "the cancel")
    client.send_signal(signal.SIGINT)
    client.communicate(timeout=10)
    assert client.returncode == -signal.SIGINT


def progress(hostd: FakeHostd) -> None:
    hostd.accept()
    hostd.tell(a_sleep("preparing"))
    hostd.tell_guest("web1\x1b", "asleep", "QEMU reported SUSPEND")
    hostd.tell(a_sleep())


def test_progress_is_for_a_terminal(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Suspend"] = progress
    assert run(place, "suspend", "--for", "2h").stderr == ""
    ours, theirs = pty.openpty()
    client = subprocess.Popen(
        command(place, "suspend", "--for", "2h"), stdout=subprocess.DEVNULL, stderr=theirs
    )
    assert client.wait(10) == DONE
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    os.close(theirs)
    assert "preparing: guests go to sleep" in shown
    assert r"web1\x1b: asleep: QEMU reported SUSPEND" in shown


def test_cancel(place: Path, hostd: FakeHostd) -> None:
    assert run(place, "cancel").stdout == "called off\n"
    assert run(place, "cancel", OPERATION).returncode == DONE
    assert hostd.calls == [("Cancel", ("",)), ("Cancel", (OPERATION,))]


def test_cancel_refused(place: Path, hostd: FakeHostd) -> None:
    hostd.answers["Cancel"] = lambda fake: fake.refuse("Refused", "no sleep is under way")
    done = run(place, "cancel")
    assert (done.returncode, done.stderr) == (REFUSED, "hypnosctl: no sleep is under way\n")
