# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnosctl and many guests: what it prints, in which order, and how it exits."""

import json
import os
import pty
import re
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from harness.fake_guest import FakeGuest
from harness.waiting import wait_for

DONE, FAILED, USAGE, UNREACHABLE, REFUSED, TIMED_OUT, DIFFERS = range(7)
SCHEMA = Path(__file__).parents[2] / "docs/report.schema.json"

Make = Callable[..., FakeGuest]


@pytest.fixture
def home() -> Iterator[Path]:
    """Short enough for sockets in it; hypnosctl's memory as well."""
    with tempfile.TemporaryDirectory(prefix="ctl-", ignore_cleanup_errors=True) as path:
        os.environ["HYPNOS_STATE"] = f"{path}/state"
        yield Path(path)


@pytest.fixture
def make(home: Path) -> Iterator[Make]:
    """Makes guests that sleep when asked, known by name."""
    guests = []
    (home / "guests.d").mkdir()

    def guest(name: str, after: str = "", sleeps: bool = True) -> FakeGuest:
        place = home / name
        place.mkdir()
        made = FakeGuest(place, "ram", "power", qmp=True)
        made.lies["hypnos-suspend"] = fall_asleep if sleeps else say_no
        made.lies["system_wakeup"] = wake_up
        made.lies["hypnos-preflight"] = find_nothing
        file = f"[Guest]\nQmp={place}/q\nPower={place}/p\n" + (f"After={after}\n" if after else "")
        (home / f"guests.d/{name}.conf").write_text(file)
        guests.append(made)
        return made

    yield guest
    for made in guests:
        made.end()


def fall_asleep(guest: FakeGuest, _: Any) -> None:
    guest.accept()
    guest.announce()
    guest.sleep()


def say_no(guest: FakeGuest, _: Any) -> None:
    guest.refuse("the database is busy", outcome="refused")


def wake_up(guest: FakeGuest, request: Any) -> None:
    assert guest.qmp
    guest.qmp.say({"return": {}, "id": request["id"]})
    guest.record("slept")
    guest.wake()


def find_nothing(guest: FakeGuest, request: Any) -> None:
    assert guest.asked
    found = {"mode": "ram", "works": True, "findings": []}
    guest.asked.say({"return": found, "id": request["id"]})


def command(home: Path, verb: str, *words: str) -> list[str]:
    return [os.environ["HYPNOSCTL"], verb, "--guests-d", str(home / "guests.d"), *words]


def hypnosctl(home: Path, verb: str, *words: str) -> "tuple[int, str, str]":
    """Exit status, standard output, standard error."""
    done = subprocess.run(command(home, verb, *words), capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def reports(home: Path, verb: str, *words: str) -> "tuple[int, list[dict[str, Any]]]":
    """With --json; each line is as the schema says."""
    status, out, _ = hypnosctl(home, verb, "--json", *words)
    told = [json.loads(line) for line in out.splitlines()]
    for report in told:
        jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    return status, told


def test_many_guests_are_told_in_a_table(home: Path, make: Make) -> None:
    make("web-1")
    make("web-2")
    make("db", after="web-1", sleeps=False)
    status, out, err = hypnosctl(home, "suspend", "--all")
    assert (status, err) == (REFUSED, "")
    shown = re.sub(r"\d+(\.\d)? m?s", "N s", out)
    assert re.sub(r" +", " ", shown).splitlines() == [
        "GUEST OUTCOME TIME WHY",
        "db refused N s the agent refused: the database is busy",
        "web-1 slept N s QEMU reported SUSPEND N s after the request",
        "web-2 slept N s QEMU reported SUSPEND N s after the request",
    ]
    columns = {line.index("WHY") for line in out.splitlines()[:1]}
    assert {line.index("QEMU") for line in out.splitlines() if "QEMU" in line} == columns


def test_one_guest_is_told_in_a_sentence(home: Path, make: Make) -> None:
    make("web")
    status, out, _ = hypnosctl(home, "suspend", "web")
    assert status == DONE
    assert re.fullmatch(r"slept: QEMU reported SUSPEND \d+ ms after the request\n", out)
    status, _, err = hypnosctl(home, "suspend", "web")
    assert status == REFUSED
    assert err.startswith("hypnosctl: refused: QEMU says that the guest is suspended")


def test_a_terminal_shows_progress_and_a_pipe_does_not(home: Path, make: Make) -> None:
    make("web-1")
    make("web-2")
    ours, theirs = pty.openpty()
    line = command(home, "suspend", "web-*", "--parallel", "1")
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=theirs, text=True) as running:
        out, _ = running.communicate(timeout=30)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "0 of 2 done, 0 failed, running: web-1" in shown
    assert "1 of 2 done, 0 failed, running: web-2" in shown
    assert shown.endswith("\r\x1b[K")  # nothing of it is left
    assert "\x1b" not in out


def test_the_status_is_that_of_those_who_are_not_done_if_they_agree(home: Path, make: Make) -> None:
    make("good")
    make("bad", sleeps=False)
    gone = make("gone")
    status, told = reports(home, "suspend", "good", "bad")
    assert status == REFUSED
    assert {report["outcome"] for report in told} == {"slept", "refused"}
    assert reports(home, "wake", "good")[0] == DONE
    gone.end()
    status, told = reports(home, "suspend", "*")
    assert status == FAILED
    errors = {report["guest"]: report["error"]["class"] for report in told if "error" in report}
    assert errors == {"gone": "unreachable"}


@pytest.mark.parametrize("policy", ["continue", "stop", "undo"])
def test_a_failure_means_what_was_asked_for(home: Path, make: Make, policy: str) -> None:
    first, _, last = make("a"), make("b", after="a", sleeps=False), make("c", after="b")
    free = make("d")
    order = ["--parallel", "1", "--on-failure", policy]
    status, told = reports(home, "suspend", "a", "b", "c", "d", *order)
    assert status == REFUSED
    assert last.run_state == "running"
    assert {report.get("error", {}).get("class") for report in told} >= {"skipped"}
    asleep = {name: guest.run_state for name, guest in (("a", first), ("d", free))}
    expected = {
        "continue": {"a": "suspended", "d": "suspended"},
        "stop": {"a": "suspended", "d": "running"},
        "undo": {"a": "running", "d": "running"},
    }
    assert asleep == expected[policy]


def test_guests_wake_the_other_way_round(home: Path, make: Make) -> None:
    make("web")
    make("db", after="web")
    status, told = reports(home, "suspend", "--all")
    assert (status, [report["guest"] for report in told]) == (DONE, ["web", "db"])
    status, told = reports(home, "wake", "--all")
    assert (status, [report["guest"] for report in told]) == (DONE, ["db", "web"])
    status, told = reports(home, "suspend", "web", "db", "--after", "web=db", "--dry-run")
    assert status == USAGE  # a circle: the file says the other way round


def test_a_dry_run_disturbs_nobody(home: Path, make: Make) -> None:
    web, _ = make("web"), make("db", after="web")
    status, out, _ = hypnosctl(home, "suspend", "--all", "--dry-run")
    assert status == DONE
    assert out.splitlines()[:2] == ["1. web", "2. db"]
    assert "web: could sleep (ram)" in out
    assert web.run_state == "running"
    assert web.transaction == ""


def test_an_interrupt_ends_a_wait_by_waking(home: Path, make: Make) -> None:
    web = make("web")
    line = command(home, "suspend", "web", "--for", "1h", "--json")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout
        assert json.loads(waiting.stdout.readline())["outcome"] == "slept"
        assert web.request["arguments"]["wake-after-ms"] > 3_600_000
        wait_for(lambda: web.run_state == "suspended", "the sleep")
        waiting.send_signal(signal.SIGINT)
        woken = json.loads(waiting.stdout.readline())
    assert (waiting.returncode, woken["verb"], woken["was-asleep"]) == (DONE, "wake", True)


def test_another_boot_than_slept_has_lost_its_image(home: Path, make: Make) -> None:
    web = make("web")
    assert reports(home, "suspend", "web")[0] == DONE
    web.boot_afresh()
    web.run_state = "running"
    status, told = reports(home, "wake", "web")
    assert (status, told[0]["outcome"], told[0]["image-lost"]) == (DIFFERS, "image-lost", True)
    assert reports(home, "wake", "web")[0] == DONE  # said once


def test_what_is_remembered_makes_a_timeline(home: Path, make: Make) -> None:
    make("web")
    assert hypnosctl(home, "timeline", "web")[0] == FAILED
    reports(home, "suspend", "web")
    reports(home, "wake", "web")
    status, out, _ = hypnosctl(home, "timeline", "web")
    assert status == DONE
    assert out.startswith("web: ram, slept\n")
    chart = home / "chart.svg"
    assert hypnosctl(home, "timeline", "web", "-o", str(chart))[0] == DONE
    assert chart.read_text().startswith("<svg")
    status, told = reports(home, "timeline", "web")
    assert (status, told[0]["guest"]) == (DONE, "web")


@pytest.mark.parametrize(
    "words",
    [
        ["suspend"],
        ["suspend", "nobody"],
        ["suspend", "web", "--for", "soon"],
        ["suspend", "web", "--until", "2001-01-01T00:00:00"],
        ["suspend", "web", "--until", "25:61"],
        ["suspend", "web", "--for", "1h", "--until", "06:00"],
        ["suspend", "web", "--for", "1h", "--to", "disk"],
        ["suspend", "web", "--after", "web"],
        ["suspend", "web", "--on-failure", "panic"],
        ["suspend", "web", "--parallel", "-1"],
        ["wake", "web", "--on-failure", "undo"],
        ["agent", "w*", "guest-ping"],
        ["timeline", "w*"],
        ["list", "--connect", "nonsense://"],
    ],
)
def test_wrong_words_are_explained_and_do_nothing(
    home: Path, make: Make, words: list[str]
) -> None:
    web, _ = make("web"), make("web2")
    status, out, err = hypnosctl(home, *words)
    assert (status, out) == (USAGE if "--connect" not in words else UNREACHABLE, "")
    assert err.startswith("hypnosctl: ")
    assert web.transaction == ""


def test_guests_are_listed(home: Path, make: Make) -> None:
    make("web")
    make("db")
    assert hypnosctl(home, "list", "--names")[1] == "db\nweb\n"
    status, told = hypnosctl(home, "list", "--json")[:2]
    assert status == DONE
    assert json.loads(told.splitlines()[1])["qmp"] == f"{home}/web/q"
    assert "macs" not in json.loads(told.splitlines()[1])
    with (home / "guests.d/db.conf").open("a") as file:
        file.write("Mac=52:54:00:AB:00:01\n")
    told = hypnosctl(home, "list", "db", "--json")[1]
    assert json.loads(told)["macs"] == ["52:54:00:ab:00:01"]
