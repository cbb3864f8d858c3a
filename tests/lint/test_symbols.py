# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library shows what its public headers mark, and nothing else."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from public_headers import HEADERS, TOP, declarations

BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build"))
LIBRARY = BUILD / "host-client/libhypnos-client.so"
JSON = "hypnos::Json::"
"""Marked as a whole: its inline functions use its private ones."""


@cache
def exported() -> "dict[str, str]":
    """What others can link: demangled names without parameters, and the letters of nm."""
    command = ["nm", "-D", "--defined-only", "-C", str(LIBRARY)]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = (line.split(" ", 2) for line in listing.splitlines())
    return {_name(symbol): letter for _, letter, symbol in lines}


def _name(symbol: str) -> str:
    """`hypnos::in_quotes[abi:cxx11](...)` is hypnos::in_quotes."""
    return re.sub(r"\[abi:\w+\]", "", symbol).partition("(")[0]


def marked() -> "set[str]":
    """Functions that the headers mark."""
    names: set[str] = set()
    for header in HEADERS:
        text = header.read_text()
        for one in declarations(header):
            statement = text[one.start : text.index(";", one.start)]
            if one.kind == "function" and ("HYPNOS_API" in statement or JSON in one.name):
                names.add(one.name)
    return names


def test_what_is_marked_is_exported_and_nothing_else() -> None:
    ours = {name for name, letter in exported().items() if letter == "T" and JSON not in name}
    assert ours == {name for name in marked() if JSON not in name}
    assert {name for name in marked() if JSON in name} <= set(exported())


def test_what_is_exported_besides_is_weak() -> None:
    """Vague linkage: instances of the standard library's templates that any program may share."""
    others = {name for name, letter in exported().items() if letter != "T"}
    standard = r"(?:(?:[\w:]+|(?:vtable|typeinfo|typeinfo name) for) )?(?:std|__gnu_cxx)::"
    assert [name for name in others if not re.match(standard, name)] == []


@pytest.mark.parametrize("header", [header for header in HEADERS if header.suffix == ".hpp"])
def test_public_functions_are_marked(header: Path) -> None:
    """But for the constructor that the library keeps for itself."""
    functions = {one.name for one in declarations(header) if one.kind == "function"}
    assert functions <= marked()


def test_the_symbols_of_c_are_those_of_its_header() -> None:
    header = next(file for file in HEADERS if file.name == "hypnos.h")
    declared = {one.name for one in declarations(header) if one.kind == "function"}
    assert declared == {name for name in exported() if name.startswith("hypnos_")}
