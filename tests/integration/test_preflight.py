# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command that says whether a sleep will work; the checks behind it have unit tests."""

import pytest
from harness.client import Client
from harness.fake_root import FakeRoot


@pytest.mark.parametrize("mode", ["ram", "disk", "hybrid"])
def test_a_healthy_machine_has_no_findings(mode: str, client: Client) -> None:
    result = client.result("hypnos-preflight", {"mode": mode})
    assert result == {"mode": mode, "works": True, "findings": []}


def test_a_warning_is_told_and_lets_the_sleep_work(client: Client, root: FakeRoot) -> None:
    root.write("sys/power/disk", "[shutdown] reboot suspend\n")
    result = client.result("hypnos-preflight", {"mode": "disk"})
    assert result["works"] is True
    (finding,) = result["findings"]
    assert (finding["code"], finding["severity"]) == ("pm.s4-off", "warn")


def test_a_blocker_says_where_it_stands_and_what_to_do(client: Client, root: FakeRoot) -> None:
    root.write("sys/class/block/vdb/dev", "254:16\n")
    root.write("sys/power/resume", "254:32\n")
    result = client.result("hypnos-preflight", {"mode": "disk"})
    assert result["works"] is False
    (finding,) = result["findings"]
    assert (finding["code"], finding["severity"]) == ("swap.wrong-one", "block")
    assert finding["subject"] == "/sys/power/resume: 254:32; /dev/vdb is on 254:16"
    assert "resume=" in finding["hint"]


def test_a_sleep_is_judged_by_the_same(client: Client, root: FakeRoot) -> None:
    root.write("sys/class/block/vdb/dev", "254:16\n")
    root.write("sys/power/resume", "254:32\n")
    (finding,) = client.result("hypnos-preflight", {"mode": "disk"})["findings"]
    error = client.ask("hypnos-suspend", {"mode": "disk"})["error"]
    assert error["data"] == {"outcome": "refused", "finding": finding}


def test_require_any_accepts_s2idle(client: Client, root: FakeRoot) -> None:
    root.write("sys/power/mem_sleep", "[s2idle]\n")
    assert client.result("hypnos-preflight", {"mode": "ram"})["works"] is False
    arguments = {"mode": "ram", "require": "any", "force": True}
    assert client.result("hypnos-preflight", arguments)["works"] is True


def test_capabilities_do_not_search_for_reasons(client: Client, root: FakeRoot) -> None:
    root.write("sys/power/disk", "[disabled]\n")
    root.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n")
    disk = client.result("hypnos-capabilities")["modes"][1]
    assert disk["findings"][0]["subject"] == "/sys/power/disk: [disabled]"
    finding = client.result("hypnos-preflight", {"mode": "disk"})["findings"][0]
    assert finding["subject"].startswith("/sys/kernel/security/lockdown")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "'mode' is missing"),
        ({"mode": "deep"}, "does not accept value 'deep'"),
        ({"mode": "ram", "require": "s2idle"}, "does not accept value 's2idle'"),
        ({"mode": "ram", "force": 1}, "expected: boolean"),
        ({"mode": "ram", "wake": 1}, "'wake' is unexpected"),
    ],
)
def test_arguments_are_checked(
    arguments: dict[str, object], problem: str, client: Client
) -> None:
    assert problem in client.ask("hypnos-preflight", arguments)["error"]["desc"]
