# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Patterns of replies tell right from wrong."""

from typing import Any

import pytest
from player.pattern import Captured, difference, parse_pattern

ERROR = {"error": {"class": "GenericError", "desc": "no"}}

RIGHT: list[tuple[str, Any]] = [
    ("any", None),
    ("string | null", None),
    ("integer", -1),
    ("natural", 0),
    ("number", 1.5),
    ("boolean", False),
    ("base64", "aGk="),
    ('like "a*c"', "abc"),
    ('like "a*c"', "a\nc"),
    ("5", 5),
    ("[]", []),
    ("[string*]", ["a", "b"]),
    ("[string*]", []),
    ("[1, string]", [1, "x"]),
    ("{}", {}),
    ('{"a": 1, "b"?: 2}', {"a": 1}),
    ('{"a": 1, "b"?: 2}', {"a": 1, "b": 2}),
    ('{"a": 1, ...}', {"a": 1, "b": 2}),
    ('GenericError "no"', ERROR),
    ('GenericError like "n*"', ERROR),
]
WRONG: list[tuple[str, Any]] = [
    ("string | null", 5),
    ("integer", True),
    ("integer", 1.0),
    ("natural", -1),
    ("number", "1"),
    ("boolean", 0),
    ("base64", "a"),
    ("base64", None),
    ('like "a*c"', "abcd"),
    ('like "a.c"', "abc"),
    ("1", True),
    ("true", 1),
    ("[]", [1]),
    ("[string*]", ["a", 1]),
    ("[1, string]", [1]),
    ("{}", []),
    ('{"a": 1, "b"?: 2}', {"b": 2}),
    ('{"a": 1, "b"?: 2}', {"a": 1, "b": 3}),
    ('{"a": 1}', {"a": 1, "b": 2}),
    ('GenericError "no"', {"error": {"class": "CommandNotFound", "desc": "no"}}),
    ('GenericError "no"', {**ERROR, "id": 1}),
    ('CommandNotFound "no"', ERROR),
]


@pytest.mark.parametrize(("pattern", "value"), RIGHT, ids=str)
def test_it_takes_what_fits(pattern: str, value: Any) -> None:
    assert difference(pattern, value, {}) == ""


@pytest.mark.parametrize(("pattern", "value"), WRONG, ids=str)
def test_it_refuses_what_does_not(pattern: str, value: Any) -> None:
    assert difference(pattern, value, {}) != ""


def test_it_says_where() -> None:
    assert difference('{"a": [1, {"b": string}]}', {"a": [1, {"b": 2}]}, {}) == (
        ".a [1] .b 2 is no string"
    )


def test_it_keeps_what_is_named() -> None:
    captured: Captured = {}
    assert difference('{"return": integer as handle}', {"return": 7}, captured) == ""
    assert captured == {"handle": 7}


@pytest.mark.parametrize("text", ["", "[", "{", '{"a"}', "strnig", "1 2", "string as", "[1 2]"])
def test_a_pattern_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_pattern(text)
