# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The judge of lines knows right from wrong."""

import pytest
from harness.line_judge import LineJudge, judge_line

EVENT = b'{"event":"X","data":{},"timestamp":{"seconds":1,"microseconds":2}}'


@pytest.mark.parametrize(
    "line",
    [
        b'{"return":{}}',
        b'{"return":5,"id":null}',
        b'{"error":{"class":"GenericError","desc":"x"},"id":1}',
        EVENT,
    ],
)
def test_it_passes_replies_and_events(line: bytes) -> None:
    """Those of our protocol."""
    judge_line(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"garbage",
        b"[]",
        b"5",
        b"null",
        b"{}",
        b'{"hypnos":1}',
        b'{"event":7}',
        b'{"event":{}}',
        b'{"event":"X"}',
        b'{"return":{},"error":{}}',
        b'{"return":{},"more":1}',
        b'{"return":1,"return":1}',
        b'{"return":NaN}',
        b'{"return":1e999}',
        b'{"return":"\x1f"}',
        b'{"return":"\x00"}',
        '{"return":"\u00e9"}'.encode(),
        b'\xff{"return":1}',
        b'{"return":1}\r',
        b'{"return":1}{"return":1}',
        b'{"return":1',
        b"[" * 100000,
    ],
    ids=lambda line: repr(line[:40]),
)
def test_it_refuses_what_breaks_a_client(line: bytes) -> None:
    """libvirt's, of any version."""
    with pytest.raises(ValueError):
        judge_line(line)


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
