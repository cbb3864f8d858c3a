# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/protocol.md names what the agent says, and nothing else."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs/protocol.md").read_text()


def source(name: str) -> str:
    """A file of the product."""
    return (TOP / name).read_text()


POWER = source("protocol/include/hypnos/protocol/power.hpp")
MACHINE = source("agent/core/suspend_machine.cpp") + "".join(
    source(str(file.relative_to(TOP))) for file in sorted(TOP.glob("agent/core/suspend/*.cpp"))
)


def section(heading: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", PAGE, re.M | re.S)
    assert found, heading
    return found[1]


def first_columns(text: str) -> list[str]:
    """All names in the first columns of the tables."""
    cells = re.findall(r"^\| (`[^|]*) \|", text, re.M)
    return [name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)]


def quoted(pattern: str, text: str) -> set[str]:
    """What stands in quotes behind a pattern."""
    return set(re.findall(pattern + r'"([\w-]+)"', text))


def function(text: str, name: str) -> str:
    """The body of a function."""
    found = re.search(rf"\b{name}\([^;{{]*\) {{\n(.*?)^}}", text, re.M | re.S)
    assert found, name
    return found[1]


def members_of_events() -> set[str]:
    """Those that the record has, and those that the agent adds."""
    record = source("agent/core/record.cpp")
    names = ("begun_json", "ended_json", "add_failure", "add_refresh")
    bodies = "".join(function(record, name) for name in names)
    added = source("agent/agent.cpp") + source("agent/core/event_log.cpp")
    own = quoted(r"data\.set\(", bodies) | quoted(r"{", bodies)
    return own | quoted(r"data\.set\(", added) | quoted(r"kReady, Json::object\({{", added)


def members_of_status() -> set[str]:
    body = function(source("agent/commands/events.cpp"), "CommandResult hypnos_status")
    return quoted(r"{", body) | quoted(r"status\.set\(", body)


def constants(name: str) -> set[str]:
    """Wire names in an array of power.hpp."""
    found = re.search(rf"{name} = {{(.*?)}}", POWER, re.S)
    assert found, name
    return quoted("", found[1])


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Events", quoted(r"constexpr const char\* k\w+ = ", POWER)),
        ("Data", members_of_events()),
        ("Outcomes", constants("kOutcomeNames") - {"shut-off-without-image"}),
    ],
)
def test_each_has_one_line(heading: str, names: set[str]) -> None:
    assert sorted(first_columns(section(heading).split("\nPhases")[0])) == sorted(names)


def test_phases() -> None:
    told = first_columns(section("Data").split("\nPhases")[1])
    assert sorted(told) == sorted(quoted(r"\bmark\(", MACHINE))


def test_commands() -> None:
    """QEMU's have a page of their own, which tells their groups, too."""
    told = first_columns(section("Own commands"))
    page = (TOP / "docs/commands.md").read_text()
    rows = re.findall(r"^\| `(guest-[\w-]+)` \|.*\| ?([^|]*?) ?\|$", page, re.M)
    table = source("agent/commands/table.cpp")
    assert sorted(told + [name for name, _ in rows]) == sorted(quoted(r"Command{", table))
    assert set(re.findall(r"`(hypnos-[\w-]+)`", PAGE)) <= quoted(r"Command{", table)
    groups = dict(re.findall(r'Command{"(guest-[\w-]+)",[^}]*Group::(\w+)}', table))
    for name, note in rows:
        known = note if note in ("Exec", "File", "Password", "SshKeys") else None
        group = "WhenFrozen" if note == "answered while frozen" else known
        assert groups.get(name) == group, name


def test_states() -> None:
    listed = re.search(r"`state` is one of (.*?);", PAGE, re.S)
    assert listed
    states = quoted("return ", MACHINE.split("name_of(SuspendMachine::State")[1].split("\n}")[0])
    assert sorted(re.findall(r"`([\w-]+)`", listed[1])) == sorted(states)


def test_what_a_status_has() -> None:
    row = re.search(r"^\| `hypnos-status` \|.*?`{(.*?)}`", PAGE, re.M)
    assert row
    assert set(re.findall(r'"([\w-]+)"', row[1])) == members_of_status()


@pytest.mark.parametrize(
    ("command", "function_name"),
    [("hypnos-suspend", "read_suspend_request"), ("hypnos-cancel", "CommandResult hypnos_cancel")],
)
def test_arguments(command: str, function_name: str) -> None:
    cell = re.search(rf"^\| `{command}` \| (.*?) \|", PAGE, re.M)
    assert cell
    told = set(re.findall(r"`([\w-]+)`\??:", cell[1]))
    body = function(source("agent/commands/suspend.cpp"), function_name)
    if "wish" in body:
        body += source("agent/commands/wish.hpp")
    assert told == quoted(r"given\.\w+\(", body)


def test_links() -> None:
    """To pages that are there, and headings that they have."""
    for page in [*TOP.glob("docs/*.md"), TOP / "README.md"]:
        for name, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", page.read_text()):
            target = page.parent / name if name else page
            assert target.exists(), f"{page.name}: {name}"
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
            anchors = {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
            assert not anchor or anchor in anchors, f"{page.name}: {name}#{anchor}"
