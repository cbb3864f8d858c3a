# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/suspend.md names what the suspend machine's headers declare, and nothing else."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
MACHINE = (TOP / "agent/core/suspend_machine.hpp").read_text()
SUSPEND = TOP / "agent/core/suspend"
MARKER = (TOP / "agent/core/marker.hpp").read_text()
HOOK = (TOP / "agent/core/hook.hpp").read_text()
PAGE = (TOP / "docs/suspend.md").read_text()


def enumerators(header: str, enum: str) -> set[str]:
    """Names that `enum class ENUM {...}` declares."""
    body = re.search(rf"enum class {enum} {{(.*?)}}", header, re.S)
    assert body, enum
    return set(re.findall(r"\w+", re.sub(r"//.*", "", body[1])))


def alternatives(header: str, variant: str) -> set[str]:
    """Names that `using VARIANT = std::variant<...>` lists."""
    body = re.search(rf"using {variant} =\s*std::variant<(.*?)>;", header, re.S)
    assert body, variant
    return set(re.findall(r"\w+", body[1]))


STATES = enumerators(MACHINE, "State")
EVENTS = alternatives((SUSPEND / "events.hpp").read_text(), "SuspendEvent")
EFFECTS = alternatives((SUSPEND / "effects.hpp").read_text(), "Effect")
OTHERS = enumerators(MARKER, "Stage") | enumerators(HOOK, "OnFailure")


def first_column(section: str) -> list[str]:
    """Names in the first column of the table under a heading."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", text, re.M)


@pytest.mark.parametrize(
    ("section", "names"), [("States", STATES), ("Events", EVENTS), ("Effects", EFFECTS)]
)
def test_each_has_one_line_in_its_table(section: str, names: set[str]) -> None:
    assert sorted(first_column(section)) == sorted(names)


def test_the_page_names_nothing_else() -> None:
    named = set(re.findall(r"`([A-Z][A-Za-z]*)`", PAGE))
    assert named <= STATES | EVENTS | EFFECTS | OTHERS


def test_the_drawing_has_every_state_and_no_other_name() -> None:
    drawing = PAGE.split("```")[1]
    assert STATES <= set(re.findall(r"\w+", drawing))
    camel = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", drawing))
    assert camel <= EVENTS | EFFECTS
