# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""guest-set-time against a real kernel's clock and RTC."""

import time
from typing import Any, Callable

import pytest
from lab import POWER_PORT, AgentError, AgentWire, Vm

pytestmark = pytest.mark.qemu

YEAR_2030 = 1893456000
YEAR_2200 = 7258118400
YEAR_1960 = -315619200
HOUR = 3600
NS = 10**9


@pytest.fixture(scope="module")
def vm(shared_vm_factory: Callable[..., Vm]) -> Vm:
    """A guest whose clocks the tests set as they like."""
    return shared_vm_factory().wait_ready()


def set_time(vm: Vm, **arguments: Any) -> Any:
    """What the agent answers."""
    with vm.connect() as agent:
        agent.sync()
        return agent.request("guest-set-time", arguments, id="time")


def refusal(vm: Vm, **arguments: Any) -> str:
    """What the agent answers to a time that it does not set."""
    with pytest.raises(AgentError) as refused:
        set_time(vm, **arguments)
    return str(refused.value)


def by_date(vm: Vm) -> int:
    return int(vm.sh("date -u +%s").check())


def by_rtc(vm: Vm) -> int:
    """The kernel asks the device each time."""
    return int(vm.sh("cat /sys/class/rtc/rtc0/since_epoch").check())


def test_both_clocks_get_the_hosts_time(vm: Vm) -> None:
    assert set_time(vm, time=YEAR_2030 * NS) == {}
    assert by_date(vm) == pytest.approx(YEAR_2030 + 2, abs=3)
    assert by_rtc(vm) == pytest.approx(by_date(vm), abs=1)


def test_without_a_time_the_rtc_is_taken(vm: Vm) -> None:
    set_time(vm, time=YEAR_2030 * NS)
    vm.sh(f"date -s @{YEAR_2030 - HOUR}").check()
    assert set_time(vm) == {}
    assert by_date(vm) == pytest.approx(YEAR_2030 + 3, abs=5)
    assert abs(by_date(vm) - by_rtc(vm)) <= 1


def test_guest_get_time_reads_what_was_set(vm: Vm) -> None:
    set_time(vm, time=YEAR_2030 * NS + NS // 2)
    with vm.connect() as agent:
        agent.sync()
        assert agent.request("guest-get-time") / NS == pytest.approx(YEAR_2030 + 2, abs=3)


def test_an_rtc_in_local_time_shows_the_guests_hours(vm: Vm) -> None:
    """The guest has no time zone but UTC, so only that nothing breaks is seen here."""
    vm.sh("printf '0.0 0 0.0\\n0\\nLOCAL\\n' >/etc/adjtime").check()
    try:
        assert set_time(vm, time=(YEAR_2030 + HOUR) * NS) == {}
        assert by_rtc(vm) == pytest.approx(YEAR_2030 + HOUR + 2, abs=3)
    finally:
        vm.sh("rm /etc/adjtime").check()


def test_a_time_far_ahead_is_set_or_warned_of(vm: Vm) -> None:
    try:
        answer = set_time(vm, time=YEAR_2200 * NS)
        assert by_date(vm) == pytest.approx(YEAR_2200 + 2, abs=3)
        rtc_too = by_rtc(vm) == pytest.approx(YEAR_2200 + 2, abs=3)
        assert rtc_too == ("warnings" not in answer), answer
    finally:
        set_time(vm, time=YEAR_2030 * NS)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"time": YEAR_1960 * NS}, "must be nanoseconds since 1970"),
        ({"time": 0}, "no time before its own start"),
        ({"time": 2**63 - 1}, "none after 2232"),
        ({"time": "noon"}, "expected: integer"),
        ({"time": 1.5}, "expected: integer"),
        ({"time": 2**70}, "expected: integer"),
        ({"zone": "UTC"}, "'zone' is unexpected"),
    ],
)
def test_what_is_no_time_is_refused_and_changes_nothing(
    vm: Vm, arguments: dict[str, Any], why: str
) -> None:
    started, before = time.monotonic(), (by_date(vm), by_rtc(vm))
    assert why in refusal(vm, **arguments)
    after = by_date(vm), by_rtc(vm)
    tolerance = 3 + time.monotonic() - started
    assert after == pytest.approx(before, abs=tolerance)


def test_an_rtc_that_is_gone_is_warned_of(vm: Vm) -> None:
    vm.sh("mv /dev/rtc0 /dev/rtc0.away").check()
    try:
        answer = set_time(vm, time=YEAR_2030 * NS)
        assert answer == {
            "warnings": ["the clock is set, the RTC /dev/rtc0 cannot be: the guest has no RTC"]
        }
    finally:
        vm.sh("mv /dev/rtc0.away /dev/rtc0").check()


def test_another_host_is_answered_while_the_rtc_is_waited_for(vm: Vm) -> None:
    """Reading it takes up to a second; the same host gets its answers in order."""
    with vm.connect() as agent, vm.connect(POWER_PORT) as other:
        agent.sync()
        agent.send("guest-set-time", id="time")
        agent.send("guest-ping", id="ping")
        other.sync()
        assert [agent.reply()["id"] for _ in range(2)] == ["time", "ping"]
