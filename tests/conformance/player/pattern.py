# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a reply looks like: JSON in which words stand for values. README.md has the grammar."""

import base64
import re
from collections.abc import Callable
from typing import Any

from .scanner import Scanner

Captured = dict[str, Any]
Match = Callable[[Any, Captured], str]
"""Empty if the value is as it should be; else where and how it is not."""


def _is_base64(value: Any) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        return False
    return isinstance(value, str)


def is_integer(value: Any) -> bool:
    """In Python a truth value is an integer, too."""
    return isinstance(value, int) and not isinstance(value, bool)


WORDS: dict[str, Callable[[Any], bool]] = {
    "any": lambda value: True,
    "string": lambda value: isinstance(value, str),
    "integer": is_integer,
    "natural": lambda value: is_integer(value) and value >= 0,
    "number": lambda value: is_integer(value) or isinstance(value, float),
    "boolean": lambda value: isinstance(value, bool),
    "base64": _is_base64,
}
ERRORS = ("GenericError", "CommandNotFound")


def parse_pattern(text: str) -> Match:
    """Raises ValueError if it is none."""
    scanner = Scanner(text)
    match = _alternatives(scanner)
    scanner.end()
    return match


def difference(text: str, value: Any, captured: Captured) -> str:
    """How `value` differs from the pattern; what `as` names goes into `captured`."""
    return parse_pattern(text)(value, captured)


def _alternatives(scanner: Scanner) -> Match:
    choices = [_one(scanner)]
    while scanner.take("|"):
        choices.append(_one(scanner))
    if len(choices) == 1:
        return choices[0]

    def match(value: Any, captured: Captured) -> str:
        problems = [choice(value, captured) for choice in choices]
        return "" if "" in problems else "; nor ".join(problems)

    return match


def _one(scanner: Scanner) -> Match:
    match = _plain(scanner)
    return _named(scanner.word(), match) if scanner.take_word("as") else match


def _named(name: str, inner: Match) -> Match:
    def match(value: Any, captured: Captured) -> str:
        captured[name] = value
        return inner(value, captured)

    return match


def _plain(scanner: Scanner) -> Match:
    if scanner.take("{"):
        return _object(scanner)
    if scanner.take("["):
        return _list(scanner)
    if scanner.at_word():
        return _word(scanner, scanner.word())
    return _exactly(scanner.scalar())


def _word(scanner: Scanner, word: str) -> Match:
    if word in ("true", "false", "null"):
        return _exactly({"true": True, "false": False, "null": None}[word])
    if word == "like":
        return _like(scanner.scalar())
    if word in ERRORS:
        description = _alternatives(scanner)
        return _members({"error": _members({"class": _exactly(word), "desc": description})})
    if word not in WORDS:
        raise scanner.wrong(f"'{word}' is no word of patterns")
    return lambda value, _: "" if WORDS[word](value) else f"{value!r} is no {word}"


def _exactly(expected: Any) -> Match:
    def match(value: Any, _: Captured) -> str:
        same = value == expected and isinstance(value, bool) == isinstance(expected, bool)
        return "" if same else f"{value!r} is not {expected!r}"

    return match


def _like(text: str) -> Match:
    expression = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)

    def match(value: Any, _: Captured) -> str:
        alike = isinstance(value, str) and expression.fullmatch(value)
        return "" if alike else f"{value!r} is not like {text!r}"

    return match


def _list(scanner: Scanner) -> Match:
    if scanner.take("]"):
        return _elements([])
    patterns = [_alternatives(scanner)]
    if scanner.take("*"):
        scanner.need("]")
        return _many(patterns[0])
    while scanner.take(","):
        patterns.append(_alternatives(scanner))
    scanner.need("]")
    return _elements(patterns)


def _elements(patterns: list[Match]) -> Match:
    def match(value: Any, captured: Captured) -> str:
        if not isinstance(value, list) or len(value) != len(patterns):
            return f"{value!r} is no list of {len(patterns)}"
        return _first(
            (f"[{at}]", pattern(one, captured))
            for at, (pattern, one) in enumerate(zip(patterns, value))
        )

    return match


def _many(pattern: Match) -> Match:
    def match(value: Any, captured: Captured) -> str:
        if not isinstance(value, list):
            return f"{value!r} is no list"
        return _first((f"[{at}]", pattern(one, captured)) for at, one in enumerate(value))

    return match


def _object(scanner: Scanner) -> Match:
    members: dict[str, Match] = {}
    optional: set[str] = set()
    others = False
    while not scanner.take("}"):
        if members or others:
            scanner.need(",")
        if scanner.take("..."):
            others = True
            continue
        name = scanner.scalar()
        if scanner.take("?"):
            optional.add(name)
        scanner.need(":")
        members[name] = _alternatives(scanner)
    return _members(members, optional, others)


def _members(
    members: dict[str, Match], optional: set[str] | None = None, others: bool = False
) -> Match:
    required = members.keys() - (optional or set())

    def match(value: Any, captured: Captured) -> str:
        if not isinstance(value, dict):
            return f"{value!r} is no object"
        if missing := required - value.keys():
            return f"{sorted(missing)} missing in {value!r}"
        if not others and (more := value.keys() - members.keys()):
            return f"{sorted(more)} in excess in {value!r}"
        return _first(
            (f".{name}", members[name](one, captured))
            for name, one in value.items()
            if name in members
        )

    return match


def _first(problems: Any) -> str:
    return next((where + " " + problem for where, problem in problems if problem), "")
