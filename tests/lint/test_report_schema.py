# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/report.md, docs/report.schema.json and the code name the same members."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

Report = dict[str, Any]

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs/report.md").read_text()
SCHEMA: Report = json.loads((TOP / "docs/report.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GUEST_SECTIONS = ("suspend", "wake", "status", "preflight", "error", "timeline")
HOST_SECTIONS = ("host-capabilities", "host-status", "host-suspend", "host-error")
SECTIONS = GUEST_SECTIONS + HOST_SECTIONS
GOLDEN = sorted((TOP / "tests/golden/timeline").glob("*.json"))


def section(heading: str) -> str:
    """The text under a heading of the page, up to the next one."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, heading
    return found[1]


def example(heading: str) -> Report:
    """The report that stands in a section."""
    found = re.search(r"^```json\n(.*?)^```", section(heading), re.M | re.S)
    assert found, heading
    report: Report = json.loads(found[1])
    return report


def told(text: str) -> set[str]:
    """Members in the tables of a text: the lower-case names of the first columns."""
    cells = re.findall(r"^\| (`[^|]*) \| [a-z, ]+ \|", text, re.M)
    return {name for cell in cells for name in re.findall(r"`([a-z-]+)`", cell)}


def properties(part: Report) -> set[str]:
    """Members that a part of the schema describes."""
    return {name for name, schema in part["properties"].items() if schema is not False}


def all_members(part: Any) -> set[str]:
    """Members that the schema describes anywhere."""
    if isinstance(part, list):
        return set().union(*(all_members(element) for element in part))
    if not isinstance(part, dict):
        return set()
    own = properties(part) if isinstance(part.get("properties"), dict) else set()
    return own.union(*(all_members(value) for value in part.values()))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert [part["$ref"].split("/")[-1] for part in SCHEMA["oneOf"]] == [
        *("suspend", "wake", "status", "preflight", "timeline", "error"),
        *HOST_SECTIONS,
    ]


@pytest.mark.parametrize("heading", SECTIONS)
def test_examples(heading: str) -> None:
    VALIDATOR.validate(example(heading))


@pytest.mark.parametrize("heading", SECTIONS)
def test_each_member_is_needed_where_the_schema_says_so(heading: str) -> None:
    whole = example(heading)
    for name in ("verb", *SCHEMA["$defs"][heading]["required"]):
        part = copy.deepcopy(whole)
        del part[name]
        assert not VALIDATOR.is_valid(part), name


@pytest.mark.parametrize("heading", GUEST_SECTIONS)
def test_the_guest_is_named(heading: str) -> None:
    assert "guest" in SCHEMA["$defs"][heading]["required"]


@pytest.mark.parametrize("heading", SECTIONS)
def test_types_are_told(heading: str) -> None:
    whole = example(heading)
    for name in properties(SCHEMA["$defs"][heading]) - {"verb"}:
        assert not VALIDATOR.is_valid({**whole, name: None}), name


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_member_more_is_allowed(heading: str) -> None:
    VALIDATOR.validate({**example(heading), "some-day": 1})


@pytest.mark.parametrize("heading", SECTIONS)
def test_the_page_has_the_members_of_the_schema(heading: str) -> None:
    part = SCHEMA["$defs"][heading]
    members = properties(part) - {"verb"}
    if heading == "wake":
        members |= properties(part["properties"]["restored"])
    if heading == "timeline":
        members |= properties(part["properties"]["spans"]["items"])
    if heading == "host-capabilities":
        members |= properties(part["properties"]["targets"]["items"])
    assert told(section(heading).split("| span |")[0]) == members


def test_the_page_has_the_members_of_a_sleep_of_the_host() -> None:
    part = SCHEMA["$defs"]["host-sleep"]
    assert told(section("A sleep of the host")) == properties(part)


def test_a_sleep_of_the_host_has_all_it_needs() -> None:
    whole = example("host-suspend")
    part = SCHEMA["$defs"]["host-sleep"]
    for name in (*part["required"], *part["then"]["required"]):
        sleep = {key: value for key, value in whole["sleep"].items() if key != name}
        assert not VALIDATOR.is_valid({**whole, "sleep": sleep}), name
    for name in properties(part):
        sleep = {**whole["sleep"], name: None}
        assert not VALIDATOR.is_valid({**whole, "sleep": sleep}), name


def test_the_schema_has_the_members_of_the_code() -> None:
    """Those in quotes behind { or set( in the files that write reports."""
    writers = (
        *("lib/guest/report.cpp", "lib/timeline/timeline_json.cpp"),
        *("lib/host/words.cpp", "cli/host/telling.cpp"),
    )
    source = "".join((TOP / "host-client" / name).read_text() for name in writers)
    written = set(re.findall(r'(?:\{|set\()\s*"([a-z-]+)"', source))
    assert written == all_members(SCHEMA)


def test_the_page_has_the_spans_of_the_code() -> None:
    source = (TOP / "host-client/lib/timeline/story.cpp").read_text()
    rows = section("timeline").split("| span |")[1].split("\n\n")[0]
    names = set(re.findall(r"`([a-z ]+)`", "".join(re.findall(r"^\| (`.*?) \|", rows, re.M))))
    drawn = set(re.findall(r'Side::\w+,\s*(?:ram \? )?"([a-z ]+)"', source))
    assert drawn and drawn <= names


@pytest.mark.parametrize(
    "path", [path for path in GOLDEN if path.stem != "hostile"], ids=lambda path: str(path.stem)
)
def test_the_reports_of_other_tests(path: Path) -> None:
    reports = json.loads(path.read_text())
    for report in reports.values():
        if report is not None:
            VALIDATOR.validate(report)
