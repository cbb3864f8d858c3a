# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/library.md names what the public headers declare, and nothing else."""

import re

from public_headers import HEADERS, TOP, declarations

PAGE = (TOP / "docs/library.md").read_text()


def declared() -> "set[str]":
    """Names as the page writes them; constructors and operators go with their types."""
    names: set[str] = set()
    for header in HEADERS:
        for one in declarations(header):
            name = one.name.removeprefix("hypnos::")
            *scope, last = name.split("::")
            if "operator" not in last and last.lstrip("~") not in scope:
                names.add(name)
    return names


def named() -> "set[str]":
    """In the first columns of the tables; of evidence, in the second."""
    cells = re.findall(r"^\| (`[^|]*) \|", PAGE, re.M) + re.findall(r"\| one of (`[^|]*) \|", PAGE)
    words = {"name_of", "enumerator"}
    return words | {name for cell in cells for name in re.findall(r"`([\w:]+)`", cell)}


def test_every_public_name_has_its_line_and_nothing_else_has() -> None:
    assert sorted(declared()) == sorted(named())


def test_the_words_it_takes_for_granted_are_there() -> None:
    assert "`name_of` and `enumerator`" in PAGE


def test_the_operations_are_those_of_the_header() -> None:
    header = (TOP / "host-client/include/hypnos/hypnos.h").read_text()
    table = header.partition("operation     options")[2].partition("Returns 0")[0]
    operations = set(re.findall(r'"([\w-]+)"', re.sub(r"\(.*?\)", "", table)))
    row = re.search(r"^\| `hypnos_guest_start` \| begins (.*?);", PAGE, re.M)
    assert row and set(re.findall(r"`([\w-]+)`", row[1])) == operations
    source = (TOP / "host-client/lib/capi/tasks.cpp").read_text()
    assert set(re.findall(r'{"([\w-]+)", \w+}', source)) == operations
