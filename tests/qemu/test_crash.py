# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""SIGKILL before and after each effect: the next agent finishes what this one began."""

import os
import re
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

import crashing
import pytest
from crashing import NEVER, Aftermath, Patient, Scenario
from lab import Image, Vm

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

NOT_HERE = {"LetLocalSleep": "only logind announces sleeps, and these guests have none"}
"""Effects that no scenario is killed at, and why."""

CORE = Path(__file__).parents[2] / "agent/core"

deep = pytest.mark.skipif(os.environ.get("HYPNOS_DEEP") != "1", reason="deep tests only")


class Ward:
    """Two guests that share the points of a scenario."""

    def __init__(self, patients: list[Patient], threads: ThreadPoolExecutor) -> None:
        self.patients = patients
        self.visited: set[str] = set()
        """Points at which an agent was killed."""
        self._threads = threads
        self._points: dict[Scenario, list[str]] = {}

    def points(self, scenario: Scenario) -> list[str]:
        """What is passed when nobody is killed, beyond those killed before."""
        if scenario not in self._points:
            whole = self.patients[0].crash(scenario, (*scenario.before, NEVER))
            self._points[scenario] = whole.points[sum(scenario.before) :]
        return self._points[scenario]

    def kill_at(self, scenario: Scenario, numbers: Iterable[int], points: list[str]) -> None:
        """One transaction for each number of a point, from 1."""
        left = deque(numbers)
        assert left

        def treat(patient: Patient) -> None:
            while left:
                number = left.popleft()
                check(patient, scenario, number, points)
                self.visited.add(points[number - 1])

        for done in [self._threads.submit(treat, patient) for patient in self.patients]:
            done.result()


@pytest.fixture(scope="session")
def image() -> Image:
    """Guests whose agent can be killed at a chosen point."""
    return crashing.image()


@pytest.fixture(scope="module")
def ward(shared_vm_factory: MakeVm) -> Iterator[Ward]:
    """The threads stay until the end: a QEMU ends with the thread that started it."""
    vms = [shared_vm_factory(data_mb=64) for _ in range(2)]
    with ThreadPoolExecutor(len(vms)) as threads:
        yield Ward([Patient(vm.wait_ready()) for vm in vms], threads)


def check(patient: Patient, scenario: Scenario, number: int, points: list[str]) -> None:
    """Kill an agent there, and look at what the next one made of it."""
    where = f"killed at point {number}: {points[number - 1]}"
    after = patient.crash(scenario, (*scenario.before, number))
    print(where, [end["outcome"] for end in after.ended], after.hooks)
    assert after.points[sum(scenario.before) :] == points[:number], where
    numbers = [event["data"]["seq"] for event in after.events]
    assert numbers == list(range(after.seq + 1, after.seq + 1 + len(numbers))), where
    is_local = scenario.ask is crashing.sleep_locally
    # Before anything was prepared there is nothing to tell, and nobody was told otherwise.
    expected = int("effect Persist done" in after.points or is_local)
    assert len(after.ended) == expected, (where, after.ended)
    for end in after.ended:
        assert (end["outcome"] == "slept") == after.slept, (where, end)
        assert (end["initiator"] == "local") == is_local, (where, end)
    hooks_were_undone(after, is_local, where)
    nothing_is_left(after, scenario, where)


def hooks_were_undone(after: Aftermath, is_local: bool, where: str) -> None:
    """Every `pre` has one `post`, in reverse order; after an unannounced local sleep every hook has."""
    pre = [line.split()[0] for line in after.hooks if line.endswith(" pre")]
    post = [line.split()[0] for line in after.hooks if line.endswith(" post")]
    assert len(set(pre)) == len(pre), (where, after.hooks)
    assert post == (list(crashing.HOOKS) if is_local else pre)[::-1], (where, after.hooks)


def nothing_is_left(after: Aftermath, scenario: Scenario, where: str) -> None:
    """No marker, no notes, no alarm, no hook, and the settings as they were."""
    left = {name: after.seen[name] for name in ("left", "alarm", "processes")}
    assert not any(left.values()), (where, left)
    before = "deep" if "deep" in scenario.set_up else "s2idle"
    assert f"[{before}]" in after.seen["setting"][0], (where, after.seen["setting"])


RAM = Scenario(crashing.suspend("ram", **{"wake-after-ms": 600_000}))
"""A sleep with everything: hooks, an alarm, a wake."""

VETO = Scenario(crashing.suspend("ram"), "touch /run/veto")
CANCEL = Scenario(crashing.suspend_and_cancel, "touch /run/slow")
REHEARSAL = Scenario(crashing.rehearse)
LOCAL = Scenario(crashing.sleep_locally, "echo deep >/sys/power/mem_sleep")
RAM_BRIEFLY = Scenario(crashing.suspend("ram"))
DISK = Scenario(crashing.suspend("disk"), to_disk=True)


def numbers_from(points: list[str], first: str) -> list[int]:
    """The numbers of a point and of all that follow."""
    return list(range(points.index(first) + 1, len(points) + 1))


def test_a_ram_sleep(ward: Ward) -> None:
    points = ward.points(RAM)
    assert len(points) > 40
    ward.kill_at(RAM, range(1, len(points) + 1), points)


def test_a_request_that_waited_for_the_next_agent_comes_after_the_recovery(ward: Ward) -> None:
    """Or it would take the place of the transaction that is to be finished."""
    number = ward.points(RAM).index("effect Accept done") + 1
    transactions: list[str] = []

    def ask(patient: Patient, transaction: str) -> None:
        transactions.append(transaction)
        crashing.suspend_and_again(patient, transaction)

    after = ward.patients[0].crash(Scenario(ask), (number,))
    ended = [end for end in after.ended if end["transaction"] == transactions[0]]
    assert [end["outcome"] for end in ended] == ["failed"]
    assert after.hooks[:4] == ["10-first pre", "20-second pre", "20-second post", "10-first post"]
    nothing_is_left(after, RAM, "with a request that waited")


def test_a_veto(ward: Ward) -> None:
    points = ward.points(VETO)
    ward.kill_at(VETO, numbers_from(points, "effect Refuse"), points)


def test_a_cancel(ward: Ward) -> None:
    points = ward.points(CANCEL)
    ward.kill_at(CANCEL, numbers_from(points, "effect StopHook"), points)


def test_a_rehearsal_and_the_next_one_works(ward: Ward) -> None:
    points = ward.points(REHEARSAL)
    assert points == ["effect Rehearse", "effect Rehearse done"]
    ward.kill_at(REHEARSAL, (1, 2), points)
    for patient in ward.patients:
        assert patient.power.request("hypnos-rehearse", id="again", timeout=40)["works"]


def test_a_local_sleep(ward: Ward) -> None:
    points = ward.points(LOCAL)
    ward.kill_at(LOCAL, range(1, len(points) + 1), points)


def recovery(ward: Ward, first: int) -> None:
    """Kill an agent in a sleep, and the next at every point of what it does about it."""
    scenario = replace(RAM, before=(first,))
    points = ward.points(scenario)
    ward.kill_at(scenario, range(1, len(points) + 1), points)


def test_a_recovery_from_a_sleep(ward: Ward) -> None:
    """The kernel has come back, and the marker does not say so."""
    points = ward.points(RAM)
    recovery(ward, points.index("effect EnterSleep done") + 2)
    expected = {"PutBack", "Persist", "Refresh", "DisarmAlarm", "RunHook", "Report", "Forget"}
    passed = ward.points(replace(RAM, before=(points.index("effect EnterSleep done") + 2,)))
    assert {point.split()[1] for point in passed} == expected


@deep
@pytest.mark.parametrize("effect", ["RunHook", "ArmAlarm", "Accept", "Refresh", "DisarmAlarm"])
def test_a_recovery_from_another_point(ward: Ward, effect: str) -> None:
    recovery(ward, ward.points(RAM).index(f"effect {effect} done") + 1)


def after_the_return(points: list[str]) -> list[int]:
    """The first point of each effect that follows a sleep, and the very last."""
    later = numbers_from(points, "effect EnterSleep done")[1:]
    first = {points[number - 1]: number for number in reversed(later)}
    return [first[f"effect {name}"] for name in ("Persist", "Report", "Forget")] + [later[-1]]


def test_a_disk_sleep_after_the_return(ward: Ward) -> None:
    """It passes the same points as a sleep in RAM."""
    points = ward.points(RAM_BRIEFLY)
    ward.kill_at(DISK, after_the_return(points), points)


@deep
def test_a_disk_sleep_at_every_point_after_the_return(ward: Ward) -> None:
    points = ward.points(RAM_BRIEFLY)
    ward.kill_at(DISK, numbers_from(points, "effect EnterSleep done")[1:], points)


@deep
@pytest.mark.parametrize("scenario", [VETO, RAM_BRIEFLY], ids=["veto", "no alarm"])
def test_every_point(ward: Ward, scenario: Scenario) -> None:
    points = ward.points(scenario)
    ward.kill_at(scenario, range(1, len(points) + 1), points)


def effect_names() -> set[str]:
    """The alternatives of the machine's type Effect."""
    text = "".join(path.read_text() for path in sorted(CORE.rglob("*.hpp")))
    found = re.search(r"using Effect =\s*std::variant<([^>]*)>", text)
    assert found
    return set(re.findall(r"\w+", found[1]))


def test_an_agent_was_killed_before_and_after_every_effect(ward: Ward) -> None:
    """By the tests above."""
    killed_at = effect_names() - NOT_HERE.keys()
    expected = {point for name in killed_at for point in (f"effect {name}", f"effect {name} done")}
    assert expected - ward.visited == set()
