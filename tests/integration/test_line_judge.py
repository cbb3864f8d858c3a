# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The judge of lines knows right from wrong."""

import re
from pathlib import Path

import pytest
from harness.line_judge import LineJudge, judge_line

EVENT = b'{"event":"X","data":{},"timestamp":{"seconds":1,"microseconds":2}}'
TABLE = Path(__file__).parents[1] / "conformance/lines.txt"


def unescaped(text: str) -> bytes:
    """With \\xNN and \\\\ for what they stand for."""
    escape = re.compile(rb"\\x(..)|\\(\\)")
    return escape.sub(
        lambda found: found[2] or bytes([int(found[1], 16)]), text.encode("ascii")
    )


def rows(kind: str) -> list[bytes]:
    """The lines of one kind."""
    lines = TABLE.read_text().splitlines()
    return [unescaped(line.partition(" ")[2]) for line in lines if line.startswith(kind + " ")]


@pytest.mark.parametrize("line", rows("good"), ids=repr)
def test_it_passes_replies_and_events(line: bytes) -> None:
    """Those of our protocol."""
    judge_line(line)


@pytest.mark.parametrize("line", [*rows("bad"), b"[" * 100000], ids=lambda line: repr(line[:40]))
def test_it_refuses_what_breaks_a_client(line: bytes) -> None:
    """libvirt's, of any version."""
    with pytest.raises(ValueError):
        judge_line(line)


def test_the_table_has_both_kinds() -> None:
    assert len(rows("good")) >= 10 and len(rows("bad")) >= 60


def test_the_mark_is_allowed_once_for_each_delimited_sync() -> None:
    """Not before it was asked for, and not twice."""
    judge = LineJudge()
    judge.expect_delimited()
    judge.feed(b'\xff{"return":1}\n')
    with pytest.raises(ValueError):
        judge.feed(b'\xff{"return":1}\n')


def test_lines_are_judged_however_they_are_cut() -> None:
    """And half a line at the end is one too few."""
    judge = LineJudge()
    for byte in EVENT + b"\n" + EVENT:
        judge.feed(bytes([byte]))
    assert judge.lines == 1
    with pytest.raises(ValueError):
        judge.finish()
    judge.feed(b"\n")
    judge.finish()
