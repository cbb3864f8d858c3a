# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libhypnos-client as programs in other languages see it: through hypnos.h, from Python.

``HYPNOS_BUILD`` is where the library is.
"""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.sleepy_guest import Say, SleepyGuest, error, reply
from harness.waiting import wait_for

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build")).resolve()
EXAMPLES = TOP / "examples/python"
os.environ["HYPNOS_LIBRARY"] = str(BUILD / "host-client/libhypnos-client.so.0")
sys.path.insert(0, str(EXAMPLES))

import hypnos_ctypes  # noqa: E402
from hypnos_ctypes import Code, Guest, HypnosError, Loop, Report, select  # noqa: E402

MakeGuest = Callable[..., SleepyGuest]


def says(value: Any) -> Callable[[Report, Say], None]:
    """An answer to any request."""
    return lambda request, say: say(reply(request, value))


def says_nothing(_: Report, __: Say) -> None:
    """To any request."""


@pytest.fixture
def make_guest(tmp_path: Path) -> Iterator[MakeGuest]:
    """Makes guests that sleep if asked."""
    made: list[SleepyGuest] = []

    def make(ports: str = "agent", qmp: bool = True) -> SleepyGuest:
        home = tmp_path / str(len(made))
        home.mkdir()
        made.append(SleepyGuest(home, ports, qmp))
        return made[-1]

    yield make
    for guest in made:
        guest.end()


@pytest.fixture
def loop() -> Iterator[Loop]:
    with Loop() as made:
        yield made


def dispatch_until(loop: Loop, over: Callable[[], object], seconds: float = 20) -> int:
    """As a program with a loop of its own does; how often it was woken."""
    turns, end = 0, time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(loop.fileno(), selectors.EVENT_READ)
        while not over():
            assert time.monotonic() < end, "it did not come to pass"
            if selector.select(1):
                loop.dispatch()
                turns += 1
    return turns


def dispatch_for(loop: Loop, seconds: float) -> int:
    """Dispatches that long; how often there was something to do."""
    turns, end = 0, time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(loop.fileno(), selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0:
            if selector.select(left):
                loop.dispatch()
                turns += 1
    return turns


def descriptors() -> int:
    """Open ones of this process."""
    return len(os.listdir("/proc/self/fd"))


def test_version() -> None:
    assert f"version: '{hypnos_ctypes.version()}'" in (TOP / "meson.build").read_text()


def test_a_guest_is_put_to_sleep_and_woken(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    with Guest(loop, fake.name) as guest:
        slept = guest.run("suspend", limit_ms=20000)
        assert (slept["guest"], slept["verb"], slept["outcome"]) == (fake.name, "suspend", "slept")
        woken = guest.run("wake", set_time=False)
    assert (woken["verb"], woken["was-asleep"]) == ("wake", True)
    assert woken["record"]["transaction"] == slept["transaction"]


def test_all_options_of_a_suspend_reach_the_agent(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    options: dict[str, Any] = {"mode": "disk", "require": "any", "force": True}
    with Guest(loop, fake.name) as guest:
        report = guest.run("suspend", **options, wake_after_ms=90000, limit_ms=9000)
    assert (report["outcome"], report["mode"]) == ("slept", "disk")
    asked = fake.wish
    assert {name: asked[name] for name in options} == options
    assert asked["wake-after-ms"] == 90000 and asked["deadline-ms"] < 9000


def test_a_resume_by_somebody_else_is_waited_for(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    reports: list[Any] = []
    with Guest(loop, fake.name) as guest:
        guest.run("suspend")
        guest.start("wait-resumed", reports.append)
        dispatch_for(loop, 0.3)
        assert not reports
        fake.wake()
        dispatch_until(loop, lambda: reports)
    assert reports[0]["verb"] == "wake" and reports[0]["was-asleep"]


def test_status(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    with Guest(loop, fake.name) as guest:
        report = guest.run("status")
        assert report["agent"]["boot-id"] == fake.boot_id
        assert report["qemu"] == {"run-state": "running"}
        fake.end()
        assert "error" in guest.run("status", limit_ms=500)["qemu"]


@pytest.mark.parametrize(
    ("operation", "options", "command"),
    [
        ("capabilities", {}, "hypnos-capabilities"),
        ("rehearse", {"limit_ms": 5000}, "hypnos-rehearse"),
        ("call", {"command": "guest-x", "arguments": {"a": [1]}}, "guest-x"),
    ],
)
def test_the_agents_answer_is_handed_on(
    loop: Loop, make_guest: MakeGuest, operation: str, options: Report, command: str
) -> None:
    fake = make_guest()
    fake.answers[command] = says({"deep": ["\u00e4", {"n": 1}]})
    with Guest(loop, fake.name) as guest:
        assert guest.run(operation, **options) == {"deep": ["\u00e4", {"n": 1}]}
    heard = [request for request in fake.heard if request["execute"] == command]
    assert [request.get("arguments") for request in heard] == [options.get("arguments")]


def test_preflight(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    finding = {"code": "swap.none", "severity": "block", "subject": "/proc/swaps", "hint": "none"}
    fake.answers["hypnos-preflight"] = says({"mode": "disk", "works": False, "findings": [finding]})
    with Guest(loop, fake.name) as guest:
        report = guest.run("preflight", mode="disk")
    assert (report["verb"], report["mode"], report["works"]) == ("preflight", "disk", False)
    assert finding in report["findings"]


def test_what_the_agent_says_no_to_has_its_details(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    why: Report = {"outcome": "refused", "finding": {"code": "x.y"}}
    fake.answers["guest-x"] = lambda request, say: say(error(request, "no such luck", **why))
    fake.answers["guest-y"] = lambda request, say: say(error(request, "just no"))
    with Guest(loop, fake.name) as guest:
        with pytest.raises(HypnosError, match="no such luck") as caught:
            guest.run("call", command="guest-x")
        assert caught.value.code == Code.REFUSED
        assert caught.value.details == why
        with pytest.raises(HypnosError, match="just no") as caught:
            guest.run("call", command="guest-y")
        assert (caught.value.code, caught.value.details) == (Code.FAILED, None)


def test_silence_is_timed_out_and_absence_unreachable(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    fake.answers["guest-x"] = says_nothing
    with Guest(loop, fake.name) as guest:
        with pytest.raises(HypnosError) as caught:
            guest.run("call", command="guest-x", limit_ms=200)
        assert caught.value.code == Code.TIMED_OUT
        fake.end()
        with pytest.raises(HypnosError) as caught:
            guest.run("suspend", limit_ms=2000)
        assert caught.value.code == Code.UNREACHABLE


@pytest.mark.parametrize(
    ("operation", "options", "complaint"),
    [
        ("dream", {}, "no operation 'dream', but suspend, wake, wait-resumed, status, "),
        ("suspend", {"lmit_ms": 1}, "options of suspend: Parameter 'lmit-ms' is unexpected"),
        ("suspend", {"mode": "coma"}, "'mode' does not accept value 'coma'"),
        ("suspend", {"mode": 1}, "type for 'mode', expected: string"),
        ("suspend", {"force": "yes"}, "type for 'force', expected: boolean"),
        ("suspend", {"limit_ms": 0}, "'limit-ms' must be at least 1"),
        ("suspend", {"limit_ms": 1 << 40}, "'limit-ms' must be at most 2147483647"),
        ("suspend", {"wake_after_ms": -5}, "'wake-after-ms' must be at least 1"),
        ("suspend", {"limit_ms": 1.5}, "type for 'limit-ms', expected: integer"),
        ("wake", {"balloon_bytes": 0}, "'balloon-bytes' must be at least 1"),
        ("status", {"mode": "ram"}, "options of status: Parameter 'mode' is unexpected"),
        ("call", {}, "'command' is missing"),
        ("call", {"command": "x", "arguments": []}, "'arguments' must be an object"),
    ],
)
def test_wrong_options_are_named(
    loop: Loop, operation: str, options: Report, complaint: str
) -> None:
    with Guest(loop, "agent=/nonexistent") as guest, pytest.raises(HypnosError) as caught:
        guest.start(operation, lambda _: None, **options)
    assert caught.value.code == Code.USAGE
    assert complaint in str(caught.value)


@pytest.mark.parametrize("options", [b"{", b"[]", b'{"limit-ms": 1, "limit-ms": 2}', b"\xff", b""])
def test_options_that_are_no_json_object_are_usage(loop: Loop, options: bytes) -> None:
    slot = hypnos_ctypes._Slot()
    with Guest(loop, "agent=/nonexistent") as guest:
        hypnos_ctypes._lib.hypnos_guest_run(guest.handle, b"status", options, slot.pointer)
    with pytest.raises(HypnosError, match="options of status: ") as caught:
        slot.check()
    assert caught.value.code == Code.USAGE


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("agnet=/tmp/a", "unknown key 'agnet'"),
        ("", "has no '='"),
        ({}, "one of qmp, agent, power and domain is needed"),
        ({"domain": "web"}, "needs both uri and domain"),
        ({"uri": "qemu:///system", "domain": "web", "qmp": "/q"}, "has no qmp"),
        ({"agent": "/a", "agnet": "/a"}, "'agnet' is unexpected"),
        ({"agent": 1}, "expected: string"),
        ({"agent": "/a", "macs": ["52:54"]}, "'52:54' is no MAC address"),
        ('{"agent": ', "guest: "),
    ],
)
def test_wrong_guests_are_usage(loop: Loop, spec: "str | Report", complaint: str) -> None:
    with pytest.raises(HypnosError) as caught:
        Guest(loop, spec)
    assert caught.value.code == Code.USAGE
    assert complaint in str(caught.value)


def test_guests_are_selected_by_words_and_known_by_their_names(
    loop: Loop, make_guest: MakeGuest, tmp_path: Path
) -> None:
    for name in ("web-1", "web-2", "db"):
        fake = make_guest()
        paths = [f"{port.title()}={fake.ports[port].path}\n" for port in fake.ports]
        after = "Mac=52:54:00:AB:00:01\n" if name == "db" else "After=db;\n"
        (tmp_path / f"{name}.conf").write_text("".join(["[Guest]\n", *paths, after]))
    specs = select(words=["db", "web-*"], guests_d=str(tmp_path))
    assert [spec["name"] for spec in specs] == ["db", "web-1", "web-2"]
    assert [spec.get("after") for spec in specs] == [None, ["db"], ["db"]]
    assert [spec.get("macs") for spec in specs] == [["52:54:00:ab:00:01"], None, None]
    with Guest(loop, specs[0]):
        pass
    with Guest(loop, specs[1]) as guest:
        assert guest.run("status")["guest"] == "web-1"
    with pytest.raises(HypnosError) as caught:
        select(words=["wbe-1"], guests_d=str(tmp_path))
    assert caught.value.code == Code.USAGE and "web-1" in str(caught.value)
    for selection in ({"words": "web-1"}, {"words": [1]}, {"who": []}):
        with pytest.raises(HypnosError, match="selection: ") as caught:
            select(**selection)
        assert caught.value.code == Code.USAGE


def test_a_suspend_is_cancelled(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    fake.answers["hypnos-suspend"] = says({"accepted": True})

    def cancelled(request: Report, say: Say) -> None:
        say(reply(request, {}))
        fake.event("agent", "HYPNOS_SUSPEND_FAILED", **fake.record("cancelled"))

    fake.answers["hypnos-cancel"] = cancelled
    reports: list[Any] = []
    with Guest(loop, fake.name) as guest:
        guest.start("suspend", reports.append)
        dispatch_until(loop, lambda: fake.wish)
        guest.cancel()
        dispatch_until(loop, lambda: reports)
    assert reports[0]["outcome"] == "cancelled"
    assert "cancel" in [step["name"] for step in reports[0]["timeline"]]


def test_events_come_beside_an_operation(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest(ports="agent,power")
    events: list[Report] = []
    reports: list[Any] = []
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
    with Guest(loop, fake.name) as guest, guest.watch(events.append):
        dispatch_until(loop, lambda: fake.ports["power"].clients)
        guest.start("suspend", reports.append)
        dispatch_until(loop, lambda: reports and len(events) >= 2)
    assert reports[0]["outcome"] == "slept"
    by_name = {event["event"]: event for event in events}
    assert {"HYPNOS_SUSPENDING", "SUSPEND"} <= set(by_name)
    assert by_name["SUSPEND"]["port"] == "qmp"
    told = by_name["HYPNOS_SUSPENDING"]
    assert (told["port"], told["guest"]) == ("power", fake.name)
    assert told["data"]["transaction"] == reports[0]["transaction"]
    assert before <= told["at-us"] and abs(told["realtime-us"] / 1e6 - time.time()) < 60


def test_a_watch_that_is_freed_hears_nothing_more(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest(ports="power", qmp=False)
    events: list[Report] = []
    with Guest(loop, fake.name) as guest:

        def heard(event: Report) -> None:
            events.append(event)
            watch.close()

        watch = guest.watch(heard)
        dispatch_until(loop, lambda: fake.ports["power"].clients)
        fake.event("power", "HYPNOS_READY", seq=1)
        fake.event("power", "HYPNOS_READY", seq=2)
        dispatch_until(loop, lambda: events)
        guest.run("status")
    assert len(events) == 1


def test_a_guest_may_be_freed_in_its_own_callback(loop: Loop, make_guest: MakeGuest) -> None:
    reports: list[Any] = []
    guest = Guest(loop, make_guest().name)

    def done(report: Any) -> None:
        guest.close()
        reports.append(report)

    guest.start("suspend", done)
    dispatch_until(loop, lambda: reports)
    assert reports[0]["outcome"] == "slept"


def test_a_second_operation_replaces_the_first(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest()
    fake.answers["guest-x"] = says_nothing
    ended: list[str] = []
    with Guest(loop, fake.name) as guest:
        guest.start("call", lambda _: ended.append("call"), command="guest-x", limit_ms=300)
        guest.start("status", lambda _: ended.append("status"))
        dispatch_until(loop, lambda: ended)
        dispatch_for(loop, 0.5)
    assert ended == ["status"]


def test_who_waits_costs_nothing(loop: Loop, make_guest: MakeGuest) -> None:
    fake = make_guest(ports="power")
    with Guest(loop, fake.name) as guest, guest.watch(lambda _: None):
        guest.run("status")
        dispatch_for(loop, 0.3)
        assert dispatch_for(loop, 1) == 0


def test_fifty_guests_sleep_side_by_side(loop: Loop, make_guest: MakeGuest) -> None:
    fakes = [make_guest() for _ in range(50)]
    reports: list[Any] = []
    guests = [Guest(loop, fake.name) for fake in fakes]
    for guest in guests:
        guest.start("suspend", reports.append)
    turns = dispatch_until(loop, lambda: len(reports) == len(guests))
    assert {report["outcome"] for report in reports} == {"slept"}
    assert {report["guest"] for report in reports} == {fake.name for fake in fakes}
    assert turns < 100 * len(guests)
    for guest in guests:
        guest.close()


def test_other_guests_go_on_while_one_is_waited_for(loop: Loop, make_guest: MakeGuest) -> None:
    silent = make_guest()
    silent.answers["guest-x"] = says_nothing
    reports: list[Any] = []
    with Guest(loop, silent.name) as waited, Guest(loop, make_guest().name) as other:
        other.start("suspend", reports.append)
        with pytest.raises(HypnosError):
            waited.run("call", command="guest-x", limit_ms=1000)
    assert reports[0]["outcome"] == "slept"


def test_guests_and_loops_leave_no_descriptor_behind(make_guest: MakeGuest) -> None:
    fake = make_guest()
    before = descriptors()
    for number in range(200):
        with Loop() as loop, Guest(loop, fake.name) as guest:
            if number % 4 == 0:
                guest.run("status")
                continue
            with guest.watch(lambda _: None):
                guest.start("status", lambda _: None)
                loop.dispatch()
    wait_for(lambda: descriptors() <= before, f"no more than {before} open descriptors")


def run_example(name: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """One of examples/python."""
    command = [sys.executable, EXAMPLES / name, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_the_example_for_asyncio(make_guest: MakeGuest) -> None:
    one, two = make_guest(), make_guest()
    done = run_example("sleep_all.py", one.name, two.name)
    assert done.returncode == 0, done.stderr
    lines = sorted(line.split(": ")[:2] for line in done.stdout.splitlines())
    assert lines == sorted([[one.name, "slept"], [two.name, "slept"]])
    one.end()
    done = run_example("sleep_all.py", one.name)
    assert done.returncode == 1 and "UNREACHABLE" in done.stdout
    assert run_example("sleep_all.py", "nobody").returncode == Code.USAGE


def test_the_blocking_example(make_guest: MakeGuest) -> None:
    fake = make_guest()
    done = run_example("nap.py", fake.name)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("slept: ") and fake.run_state == "running"
    fake.end()
    done = run_example("nap.py", fake.name)
    assert done.returncode == Code.UNREACHABLE and "cannot connect" in done.stderr
