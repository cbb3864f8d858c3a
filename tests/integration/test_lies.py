# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests and QEMUs that lie, die, shout or say nothing: what hypnosctl reports is right.

The tables are the document. A row is something that goes wrong: its name, what the guest does when
it is asked to sleep, what hypnosctl must report, and why. It must report so, and exit accordingly,
within its time and with little memory, whichever ports of the agent it is given:

    ram+, disk+   the mode asked for, where QEMU can be watched
    ram, disk     the same where only the agent can be heard

An outcome with an exclamation mark is an exit status without an outcome: nothing was asked for.
"""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from harness.cells import Cell, Said
from harness.fake_guest import FakeGuest, Lie, Message, event

COLUMNS = ("ram+", "disk+", "ram", "disk")
PORTS = {
    "ram+": ("agent", "power"),
    "disk+": ("agent", "agent power"),
    "ram": ("power", "agent power"),
    "disk": ("agent", "power"),
}
LIMIT = 2.0
NOISE_LIMIT = 3.0
PATIENT_LIMIT = 10.0
"""Where an answer comes behind the noise; they end with it."""
LAST_QUESTIONS = 2.0
BUSY = 1.0
"""What a process may take to start, seconds."""
MORE_MEMORY_KB = 8 << 10
"""Than a run in which nothing is wrong."""
AT_ONCE = 32
"""Cells whose guests are quiet, and so cost next to nothing."""
LOUD_AT_ONCE = 2
"""Cells that take all of a processor for some seconds."""

T = "timed-out"
OFF = "shut-off-without-image"
NOWHERE = "!unreachable"

Step = Callable[[FakeGuest], Any]


@dataclass(frozen=True)
class Row:
    """Something that goes wrong."""

    name: str
    steps: tuple[Step, ...]
    """What the guest does when asked to sleep."""
    told: tuple[str, str, str, str]
    """By column; empty: this cannot be there."""
    why: str
    lies: dict[str, Lie] = field(default_factory=dict)
    """Other answers that are not honest."""
    before: Step | None = None
    """Done before anybody connects."""

    def prepare(self, guest: FakeGuest) -> None:
        """Make it a liar."""
        guest.lies = {"hypnos-suspend": lambda g, _: [step(g) for step in self.steps], **self.lies}
        if self.before:
            self.before(guest)


def always(told: str) -> tuple[str, str, str, str]:
    return (told, told, told, told)


def watched(told: str, else_: str) -> tuple[str, str, str, str]:
    """One with QEMU, one without."""
    return (told, told, else_, else_)


# Steps.

G = FakeGuest
accept, announce, sleep, wake, power_off = G.accept, G.announce, G.sleep, G.wake, G.power_off
agent_dies, agent_returns, ports_hang_up = G.agent_dies, G.agent_returns, G.ports_hang_up
boot_afresh, refuse = G.boot_afresh, G.refuse


def record(outcome: str, **changes: Any) -> Step:
    """The agent tells that it is over."""
    return lambda g: g.record(outcome, **{key.replace("_", "-"): v for key, v in changes.items()})


def silent_record(outcome: str) -> Step:
    """It is told only when asked for."""
    return lambda g: setattr(g, "last", g.ended(outcome))


def qemu_says(name: str, age: float = 0) -> Step:
    return lambda g: g.qemu_says(name, age)


def qemu_hangs_up(g: FakeGuest) -> None:
    """The monitor's connection ends; QEMU lives on and takes another one."""
    if g.qmp:
        g.qmp.hang_up()


def suspended(g: FakeGuest) -> None:
    """As query-status knows it; no event says so."""
    g.run_state = "suspended"


def forget(g: FakeGuest) -> None:
    """The agent knows of no sleep."""
    g.last = None


SLEPT = (sleep, wake, record("slept"))
HONEST = (accept, announce, *SLEPT)

# Answers to other requests.


def nothing(_: FakeGuest, __: Message) -> None:
    """Silence."""


def reply(said: Any) -> Lie:
    """An answer of that value."""
    return lambda g, request: g.asked and g.asked.say({"return": said, "id": request["id"]})


def junk_status(junk: Any) -> Lie:
    """Each member has a value that cannot be."""
    return lambda g, request: reply(dict.fromkeys(g.status(), junk))(g, request)


def sync_with(right: bool) -> dict[str, Lie]:
    """Numbers that nobody asked for, and then, perhaps, the right one."""

    def answer(g: FakeGuest, request: Message) -> None:
        numbers = [0, -1, 2**62, *([request["arguments"]["id"]] if right else [])]
        assert g.asked
        g.asked.say(*(b"\xff" + f'{{"return": {n}}}\n'.encode() for n in numbers))

    return {"guest-sync-delimited": answer}


def mute_qmp(g: FakeGuest) -> None:
    """QEMU serves another client."""
    if g.qmp:
        g.qmp.greeting = None


def read_nothing(g: FakeGuest) -> None:
    for port in g.ports:
        port.reads = False


def read_no_qmp(g: FakeGuest) -> None:
    if g.qmp:
        g.qmp.reads = False


def replies_to_others(g: FakeGuest) -> None:
    """Errors that look like the reply, but for the id."""
    error = {"class": "GenericError", "desc": "no"}
    number = g.request["id"]
    for other in (number + 1, number - 1, str(number), float(number) + 0.5, [number], None, 2**62):
        g.control.say({"error": error, "id": other})
    g.control.say({"error": error})


def acceptances_of_others(g: FakeGuest) -> None:
    number = g.request["id"]
    for other in (number + 1, str(number), None):
        g.control.say({"return": {"accepted": True}, "id": other})


def error_reply(g: FakeGuest) -> None:
    g.refuse("on second thoughts, no")


OTHER = "00000000-0000-4000-8000-000000000000"

ROWS = [
    Row("nothing", HONEST, always("slept"), "all is well"),
    # The agent is killed. Nobody starts it again, unless the row says so.
    Row("killed-before-accept", (agent_dies,), always(T), "a closed port proves nothing"),
    Row("killed-after-accept", (accept, agent_dies), always(T), "nor does an acceptance"),
    Row("killed-after-suspending", (accept, announce, agent_dies), always(T), "nor an intention"),
    Row(
        "killed-while-falling-asleep",
        (accept, announce, agent_dies, sleep),
        watched("slept", T),
        "QEMU saw it; else nobody can tell",
    ),
    Row(
        "killed-after-sleep",
        (accept, announce, sleep, agent_dies),
        watched("slept", T),
        "QEMU saw it; else nobody can tell",
    ),
    Row(
        "killed-after-wake",
        (accept, announce, sleep, wake, agent_dies),
        watched("slept", T),
        "QEMU saw it; else nobody can tell",
    ),
    Row(
        "killed-after-wake-and-back",
        (accept, announce, sleep, wake, agent_dies, silent_record("slept"), agent_returns),
        always("slept"),
        "the next agent tells",
    ),
    Row(
        "killed-after-accept-and-back",
        (accept, agent_dies, silent_record("failed"), agent_returns),
        always("failed"),
        "the next agent tells that it was killed",
    ),
    # Ports and sockets.
    Row("port-closes", (accept, announce, ports_hang_up), always(T), "no evidence of sleep"),
    Row(
        "port-closes-and-it-sleeps",
        (accept, ports_hang_up, sleep, wake, silent_record("slept")),
        always("slept"),
        "QEMU saw it, or the record is asked for",
    ),
    Row("qemu-killed", (accept, announce, FakeGuest.end), watched(OFF, T), "off, without image"),
    Row(
        "qmp-dies",
        (accept, announce, qemu_hangs_up),
        (T, T, "", ""),
        "QEMU lives: that it cannot be seen proves nothing",
    ),
    Row(
        "qmp-dies-for-ever",
        (lambda g: g.lies.update({"query-status": lambda g, _: qemu_hangs_up(g)}), qemu_hangs_up),
        (T, T, "", ""),
        "it cannot be asked, nor is it gone",
    ),
    Row(
        "qmp-dies-and-it-sleeps",
        (accept, announce, qemu_hangs_up, suspended),
        ("slept", "", "", ""),
        "QEMU says so when asked again",
    ),
    Row(
        "qmp-dies-after-the-image",
        (accept, announce, qemu_says("SUSPEND_DISK"), qemu_hangs_up),
        ("", T, "", ""),
        "QEMU runs: it has not powered off",
    ),
    # The agent contradicts itself.
    Row("refused", (refuse,), always("failed"), "an error without a word why is a failure"),
    Row(
        "refused-with-reason",
        (lambda g: g.refuse(outcome="refused"),),
        always("refused"),
        "it said so",
    ),
    Row("error-after-yes", (accept, error_reply), always(T), "one request, one reply: the first"),
    Row(
        "error-after-yes-and-it-sleeps",
        (accept, error_reply, *SLEPT),
        always("slept"),
        "one request, one reply: the first",
    ),
    Row("yes-twice", (accept, accept, announce), always(T), "twice nothing"),
    Row("yes-twice-and-it-sleeps", (accept, accept, *SLEPT), always("slept"), "one sleep"),
    Row(
        "yes-after-error",
        (lambda g: g.refuse(outcome="refused"), accept),
        always("refused"),
        "the first reply is the reply",
    ),
    Row("sleeps-without-yes", SLEPT, always("slept"), "proof needs no consent"),
    Row(
        "refused-but-qemu-sleeps",
        (qemu_says("SUSPEND"), suspended, lambda g: g.refuse(outcome="refused")),
        always("refused"),
        "the sleep is somebody else's",
    ),
    # Not the sleep that was asked for.
    Row("s2idle", (accept, announce, record("s2idle")), always("s2idle"), "QEMU knows none"),
    Row("s2idle-for-ever", (accept, announce), always(T), "QEMU runs on, the agent is silent"),
    Row("no-image", (accept, announce, power_off), watched(OFF, T), "SHUTDOWN alone"),
    Row(
        "ram-for-disk",
        (accept, announce, qemu_says("SUSPEND"), suspended),
        ("slept", T, T, T),
        "the image was asked for",
    ),
    Row(
        "disk-for-ram",
        (accept, announce, qemu_says("SUSPEND_DISK"), power_off),
        (OFF, "slept", T, T),
        "nobody asked for an image, so it may not be looked for",
    ),
    Row("woke-early", (accept, announce, record("woke-early")), always("woke-early"), "as told"),
    Row("gave-up", (accept, announce, record("timed-out")), always(T), "as told"),
    Row(
        "cold-boot",
        (accept, announce, sleep, boot_afresh, record("image-lost")),
        ("slept", "slept", "image-lost", "image-lost"),
        "QEMU saw it sleep; that the image is lost comes out at the wake",
    ),
    Row(
        "cold-boot-without-record",
        (accept, announce, sleep, boot_afresh, forget),
        watched("slept", T),
        "another boot id proves nothing of the sleep",
    ),
    Row(
        "reset",
        (accept, announce, qemu_says("RESET"), boot_afresh),
        always(T),
        "another boot id proves nothing of the sleep",
    ),
    # Evidence of something else.
    Row(
        "record-of-another-boot",
        (accept, announce, record("slept", boot_id=OTHER)),
        always(T),
        "not this guest's word",
    ),
    Row(
        "record-of-another-transaction",
        (accept, announce, record("slept", transaction=OTHER)),
        always(T),
        "somebody else's sleep",
    ),
    Row(
        "lost-image-of-another-transaction",
        (accept, announce, record("image-lost", transaction=OTHER, boot_id=OTHER)),
        always(T),
        "somebody else's sleep",
    ),
    Row(
        "other-records-first",
        (accept, record("failed", transaction=OTHER), record("failed", boot_id=OTHER), *SLEPT),
        always("slept"),
        "those are ignored",
    ),
    Row(
        "old-suspend",
        (accept, qemu_says("SUSPEND", 60), qemu_says("SUSPEND_DISK", 60)),
        always(T),
        "stamped before the request",
    ),
    Row(
        "old-image",
        (accept, qemu_says("SUSPEND_DISK", 60), power_off),
        watched(OFF, T),
        "the image is an earlier one",
    ),
    Row(
        "replies-to-others",
        (replies_to_others, *HONEST),
        always("slept"),
        "their numbers are not ours",
    ),
    Row("only-replies-to-others", (acceptances_of_others,), always(T), "nobody has answered us"),
    # One says this, the other that.
    Row(
        "claims-sleep",
        (accept, announce, record("slept")),
        watched("failed", "slept"),
        "QEMU, watched all the time, never slept; without it there is only the agent to believe",
    ),
    Row(
        "claims-sleep-without-yes",
        (record("slept"),),
        watched("failed", "slept"),
        "the same",
    ),
    Row(
        "qemu-sleeps-agent-failed",
        (accept, announce, suspended, record("failed")),
        ("slept", "failed", "failed", "failed"),
        "QEMU is asked before the agent is believed",
    ),
    # Silence.
    Row("no-answer", (), always(T), "and what was seen is told"),
    Row(
        "no-last-answer",
        (lambda g: g.lies.update({"query-status": nothing, "hypnos-status": nothing}), accept),
        always(T),
        "the last questions have a limit, too",
    ),
    Row("mute-qmp", HONEST, watched(NOWHERE, ""), "nothing asked", before=mute_qmp),
    Row("mute-commands", HONEST, watched(NOWHERE, ""), "the same", {"qmp_capabilities": nothing}),
    Row("mute-query", HONEST, watched(NOWHERE, ""), "the same", {"query-status": nothing}),
    Row("mute-sync", HONEST, always(NOWHERE), "the same", {"guest-sync-delimited": nothing}),
    Row("mute-status", HONEST, always(NOWHERE), "the same", {"hypnos-status": nothing}),
    Row("never-reads", HONEST, always(NOWHERE), "the same", before=read_nothing),
    Row("qmp-never-reads", HONEST, watched(NOWHERE, ""), "the same", before=read_no_qmp),
    # The wrong number.
    Row("wrong-sync", HONEST, always(NOWHERE), "not our answer", sync_with(right=False)),
    Row("right-sync-after-wrong", HONEST, always("slept"), "ours", sync_with(right=True)),
]


def junk_rows(junk: Any) -> list[Row]:
    """A value that cannot be, wherever one can stand."""
    yes = {"accepted": junk, "transaction": junk, "warnings": junk}
    record_of_junk = {
        name: junk
        for name in ("slept_ms", "hooks", "phases", "seq", "mode", "error", "wake_reason")
    }
    return [
        Row(
            "in-reply-and-events",
            (
                lambda g: g.reply(yes),
                lambda g: g.tell("HYPNOS_SUSPENDING", dict.fromkeys(g.ended("slept"), junk)),
                lambda g: g.qmp and g.qmp.say({"event": "SUSPEND", "timestamp": junk}),
                lambda g: g.qmp and g.qmp.say({"event": junk, "data": junk, "timestamp": junk}),
                *SLEPT,
            ),
            always("slept"),
            "the event's name, the boot and the transaction are what counts",
        ),
        Row(
            "in-record",
            (accept, record("slept", **record_of_junk)),
            watched("failed", "slept"),
            "the outcome is told, the rest is missing",
        ),
        Row("as-outcome", (accept, record(junk)), always(T), "no outcome"),
        Row("as-boot", (accept, record("slept", boot_id=junk)), always(T), "no boot"),
        Row(
            "in-status",
            HONEST,
            watched("slept", T),
            "whose record it is cannot be told",
            {"hypnos-status": junk_status(junk)},
        ),
        Row(
            "as-run-state",
            HONEST,
            watched("!refused", ""),
            "not known to run",
            {"query-status": reply({"status": junk, "running": junk})},
        ),
    ]


JUNK = {
    "too-large": 2**63,
    "largest": 2**63 - 1,
    "smallest": -(2**63),
    "real": 1e308,
    "true": True,
    "null": None,
    "text": "\ud7ff\x1b[31m" + "x" * 5000,
    "empty-text": "",
    "list": [[[]], {}],
    "object": {"name": {}},
}

# What a flood is made of, and how long it is.
STRANGE = {"transaction": OTHER, "boot-id": OTHER, "outcome": "slept", "seq": 2**53}
NOISES = {
    "events": 100_000 * (json.dumps(event("HYPNOS_RESUMED", STRANGE)).encode() + b"\n"),
    "endless-line": b'{"return": "' + b"x" * (64 << 20),
    "deep": 100_000 * b"[",
    "many-values": b"[" + 500_000 * b"0," + b"0]",
    "garbage": bytes(b for b in random.Random(1).randbytes(1 << 20) if b not in b"'\"[]{}"),
    "resets": 1_000_000 * b"\xff",
}


def noise_rows(noise: bytes) -> list[Row]:
    """Before an answer, and instead of it. Of many lines a fifth will do where time is short."""
    less = noise[: noise.find(b"\n", len(noise) // 5) + 1] or noise

    def before(g: FakeGuest, request: Message) -> None:
        """Once."""
        g.lies.pop(request["execute"])
        instead(g, request)
        assert g.asked
        g.asked.say(b"\n")
        g.honestly(request)

    def instead(g: FakeGuest, request: Message) -> None:
        assert g.asked
        g.asked.say(less)

    def shout(g: FakeGuest) -> None:
        g.control.say(noise)

    def end_line(g: FakeGuest) -> None:
        g.control.say(b"\n")

    ours, theirs = ("slept", "", "", "slept"), ("slept", "", "", "")
    silent, mute = (T, "", "", T), (NOWHERE, "", "", "")
    return [
        Row("before-sync", HONEST, theirs, "skipped", {"guest-sync-delimited": before}),
        Row("before-yes", (shout, end_line, *HONEST), ours, "skipped"),
        Row("before-state", HONEST, theirs, "skipped", {"query-status": before}),
        Row("instead-of-sync", HONEST, mute, "no answer", {"guest-sync-delimited": instead}),
        Row("instead-of-yes", (shout,), silent, "no answer"),
        Row("instead-of-state", HONEST, mute, "none", {"query-status": instead}),
    ]


@dataclass(frozen=True)
class WakeRow:
    """Something that goes wrong when a guest is woken."""

    name: str
    lies: dict[str, Lie]
    told: tuple[str, str]
    """Of a guest that sleeps in RAM, and of one that runs again after its sleep on disk."""
    why: str
    last: Step = silent_record("slept")
    """What the agent remembers, from the moment of the wake on."""

    def prepare(self, guest: FakeGuest) -> None:
        """Asleep, or awake again."""
        guest.lies = {"system_wakeup": wake_up(self.last), **self.lies}
        if guest.mode == "ram":
            guest.run_state = "suspended"
        else:
            self.last(guest)


def wake_up(last: Step) -> Lie:
    """As QEMU does it."""

    def answer(g: FakeGuest, request: Message) -> None:
        last(g)  # a guest that answers has its record
        reply({})(g, request)
        g.wake()

    return answer


def refuse_wakeup(g: FakeGuest, request: Message) -> None:
    assert g.qmp
    error = {"class": "GenericError", "desc": "not supported"}
    g.qmp.say({"error": error, "id": request["id"]})


def wake_quietly(g: FakeGuest, request: Message) -> None:
    """No WAKEUP is reported."""
    g.last, g.run_state = g.ended("slept"), "running"
    reply({})(g, request)


def hours_ago(g: FakeGuest) -> None:
    """The agent remembers another sleep."""
    g.last = g.ended("slept")
    for phase in g.last["phases"]:
        phase["boottime-us"] = max(phase["boottime-us"] - 3_600_000_000, 0)


def to_come(g: FakeGuest) -> None:
    """A sleep that ends in an hour."""
    g.last = g.ended("slept")
    for phase in g.last["phases"]:
        phase["boottime-us"] += 3_600_000_000


def lost(g: FakeGuest) -> None:
    """It booted afresh, and its agent remembers what was before."""
    g.last = g.ended("image-lost", boot_id=OTHER)
    g.boot_id = OTHER


def die(g: FakeGuest, _: Message) -> None:
    g.agent_dies()


def all_die(g: FakeGuest, _: Message) -> None:
    g.end()


LATE = "!timed-out"
UNTOLD = "!done"
AN_HOUR_AGO = reply(1_000_000_000 * 10**9)

WAKE_ROWS = [
    WakeRow("nothing", {}, ("slept", "slept"), "all is well"),
    WakeRow("image-lost", {}, ("image-lost", "image-lost"), "as told", lost),
    WakeRow("no-record", {}, (UNTOLD, UNTOLD), "awake, but from what?", forget),
    WakeRow("old-record", {}, (UNTOLD, "slept"), "of another sleep; nobody knows when", hours_ago),
    WakeRow("record-to-come", {}, (UNTOLD, "slept"), "the same", to_come),
    WakeRow("mute-sync", {"guest-sync-delimited": nothing}, (LATE, LATE), "is it there?"),
    WakeRow("mute-status", {"hypnos-status": nothing}, (LATE, LATE), "it told nothing"),
    WakeRow("dead-at-status", {"hypnos-status": die}, (LATE, LATE), "the same"),
    WakeRow("never-idle", {"hypnos-status": reply({"state": "undoing"})}, (LATE, LATE), "same"),
    WakeRow("junk-status", {"hypnos-status": junk_status(2**63 - 1)}, (LATE, LATE), "the same"),
    WakeRow("qemu-refuses", {"system_wakeup": refuse_wakeup}, ("!failed", "slept"), "it sleeps on"),
    WakeRow("qemu-mute", {"system_wakeup": nothing}, (LATE, "slept"), "does it sleep?"),
    WakeRow("qemu-ends", {"system_wakeup": all_die}, (NOWHERE, "slept"), "it is gone"),
    WakeRow("no-wakeup", {"system_wakeup": wake_quietly}, ("slept", "slept"), "the agent tells"),
    WakeRow("no-clock", {"guest-get-time": nothing}, ("slept", "slept"), "awake all the same"),
    WakeRow("wrong-clock", {"guest-get-time": reply(2**63 - 1)}, ("slept", "slept"), "the same"),
    WakeRow("word-for-clock", {"guest-get-time": reply("noon")}, ("slept", "slept"), "the same"),
    WakeRow(
        "clock-that-cannot-be-set",
        {"guest-get-time": AN_HOUR_AGO, "guest-set-time": nothing},
        ("slept", "slept"),
        "the same",
    ),
]


# The tests.


@pytest.fixture(scope="module")
def plenty() -> int:
    """The most memory that a run may need: one that only waits, and so is looked at often."""
    waiting = next(row for row in ROWS if row.name == "no-answer")
    cell = Cell("suspend", "ram", "agent power", True, waiting.prepare, 0.5)
    return cell.run().memory_kb + MORE_MEMORY_KB


def judge(said: Said, told: str, plenty: int, limit: float) -> None:
    """It is right, in time, and modest."""
    assert said.told == told, said.text
    assert said.seconds < limit + LAST_QUESTIONS + BUSY, said.text
    assert said.memory_kb < plenty


Places = list[tuple[Row, str]]


def everywhere(rows: list[Row], prefix: str = "") -> Places:
    return [(replace(row, name=prefix + row.name), column) for row in rows for column in COLUMNS]


SUSPENDS = everywhere(ROWS)
JUNKS = [place for name, junk in JUNK.items() for place in everywhere(junk_rows(junk), f"{name}-")]
NOISE = [place for name, b in NOISES.items() for place in everywhere(noise_rows(b), f"{name}-")]


def marked(places: Places) -> list[Any]:
    """As parameters; what does not apply is left out."""
    return [
        pytest.param(row, column, id=f"{row.name}-{column}")
        for row, column in places
        if row.told[COLUMNS.index(column)]
    ]


class Runs:
    """Cells that run ahead of the tests that look at them."""

    def __init__(self, items: list[pytest.Item], test: str, cells_of: Callable[..., list[Cell]]):
        self._cells_of = cells_of
        self._items = [item for item in items if getattr(item, "originalname", "") == test]
        self._begun: dict[str, list[Future[Said]]] = {}

    def begin(self, pool: ThreadPoolExecutor) -> "Runs":
        """All that were selected."""
        for item in self._items:
            cells = self._cells_of(**item.callspec.params)  # type: ignore[attr-defined]
            self._begun[item.name] = [pool.submit(cell.run) for cell in cells]
        return self

    def of(self, request: pytest.FixtureRequest) -> list[Said]:
        """What came out for this test."""
        return [future.result() for future in self._begun[request.node.name]]


def quiet_cells(row: Row, column: str) -> list[Cell]:
    mode, qmp = column.rstrip("+"), column.endswith("+")
    return [Cell("suspend", mode, ports, qmp, row.prepare, LIMIT) for ports in PORTS[column]]


def limit_of(row: Row) -> float:
    return PATIENT_LIMIT if "before" in row.name else NOISE_LIMIT


def loud_cells(row: Row, column: str) -> list[Cell]:
    """One is enough."""
    return [replace(quiet_cells(row, column)[0], limit=limit_of(row))]


def wake_cells(row: WakeRow, mode: str) -> list[Cell]:
    return [Cell("wake", mode, ports, True, row.prepare, LIMIT) for ports in ("agent", "power")]


@pytest.fixture(scope="module")
def quiet(request: pytest.FixtureRequest, plenty: int) -> Iterator[Runs]:
    """Begun with the first test that looks at them."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield Runs(request.session.items, "test_suspend", quiet_cells).begin(pool)


@pytest.fixture(scope="module")
def wakes(request: pytest.FixtureRequest, plenty: int) -> Iterator[Runs]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield Runs(request.session.items, "test_wake", wake_cells).begin(pool)


@pytest.fixture(scope="module")
def loud(request: pytest.FixtureRequest, plenty: int) -> Iterator[Runs]:
    with ThreadPoolExecutor(LOUD_AT_ONCE) as pool:
        yield Runs(request.session.items, "test_noise", loud_cells).begin(pool)


@pytest.mark.parametrize(("row", "column"), marked(SUSPENDS + JUNKS))
def test_suspend(
    row: Row, column: str, quiet: Runs, plenty: int, request: pytest.FixtureRequest
) -> None:
    for said in quiet.of(request):
        judge(said, row.told[COLUMNS.index(column)], plenty, LIMIT)


@pytest.mark.parametrize("mode", ["ram", "disk"])
@pytest.mark.parametrize("row", WAKE_ROWS, ids=lambda row: row.name)
def test_wake(
    row: WakeRow, mode: str, wakes: Runs, plenty: int, request: pytest.FixtureRequest
) -> None:
    for said in wakes.of(request):
        judge(said, row.told[mode == "disk"], plenty, LIMIT)


@pytest.mark.parametrize(("row", "column"), marked(NOISE))
def test_noise(
    row: Row, column: str, loud: Runs, plenty: int, request: pytest.FixtureRequest
) -> None:
    for said in loud.of(request):
        judge(said, row.told[COLUMNS.index(column)], plenty, limit_of(row))
