# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Judges what an agent sends by the rules of libvirt's line reader.

libvirt's qemuAgentIOProcessLine takes the agent for broken, until it is restarted, after a single
line that is neither a reply nor an event. Every byte of a connection goes through here.
tests/conformance/lines.txt has lines of both kinds; tests/support/line_judge.cpp is the same in C++.
"""

import json
from typing import Any

SENTINEL = b"\xff"
LINE_MAX = 10 * 1024 * 1024
"""Where libvirt gives up on a line."""


class LineJudge:
    """The lines of one connection. Feed it bytes; it raises ValueError at the first bad line."""

    def __init__(self) -> None:
        self.lines = 0
        self._rest = b""
        self._delimited = 0

    def expect_delimited(self) -> None:
        """A guest-sync-delimited was sent, so one line may begin with the sentinel."""
        self._delimited += 1

    def feed(self, data: bytes) -> None:
        """Judge all lines that `data` completes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._judge(line)
        if len(self._rest) > LINE_MAX:
            raise ValueError("a line without end")

    def finish(self) -> None:
        """The connection was ended by the agent: nothing may be left half."""
        if self._rest:
            raise ValueError(f"half a line at the end: {self._rest[:200]!r}")

    def _judge(self, line: bytes) -> None:
        self.lines += 1
        if line.startswith(SENTINEL) and self._delimited:
            self._delimited -= 1
            line = line[1:]
        judge_line(line)


def judge_line(line: bytes) -> None:
    """Raise ValueError unless libvirt would take the line, and later versions of it would too."""
    if not line:
        raise ValueError("an empty line")
    if any(byte < 0x20 or byte > 0x7E for byte in line):
        raise ValueError(f"bytes other than printable ASCII: {line[:200]!r}")
    try:
        message = json.loads(
            line, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_plain_float
        )
        json.dumps(message, ensure_ascii=False).encode()  # no half of a surrogate pair
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON ({error}): {line[:200]!r}") from error
    if not isinstance(message, dict):
        raise ValueError(f"no object: {line[:200]!r}")
    _judge_members(message, line)


def _judge_members(message: dict[str, Any], line: bytes) -> None:
    if "event" in message:
        if not isinstance(message["event"], str):
            raise ValueError(f"an event without a name: {line[:200]!r}")
        if message.keys() != {"event", "data", "timestamp"}:
            raise ValueError(f"an event of another shape: {line[:200]!r}")
    elif ("return" in message) == ("error" in message):
        raise ValueError(f"neither reply nor event: {line[:200]!r}")
    elif not message.keys() <= {"return", "error", "id"}:
        raise ValueError(f"a reply with more to it: {line[:200]!r}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate names")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _plain_float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} fits nowhere")
    return value
