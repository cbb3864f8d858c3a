# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the corpus: README.md has the format."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .pattern import parse_pattern

SENTINEL_WORD = "0xFF "
NOTHING = "nothing"
AND_MORE = "..."
KINDS = ("version", "better", "limit")
UNASKED_KINDS = ("unsafe", "own", "root")
STATE_WORDS = ("file", "program", "link", "directory")


@dataclass
class Sent:
    """Bytes of a client. `how`: ``>`` a line, ``>=`` exactly these bytes, ``>~`` a line, again and again."""

    how: str
    text: str


@dataclass
class Exchange:
    """What is sent, and the patterns of the replies to it."""

    where: str
    sent: list[Sent] = field(default_factory=list)
    hangs_up: bool = False
    replies: dict[str, list[str]] = field(default_factory=dict)
    """By who says so: "" is both, "hypnos" alone too, "qemu-ga" instead."""
    why: str = ""


@dataclass
class State:
    """A file, program, link or directory that is there before, or has to be there after."""

    kind: str
    path: str
    text: str = ""


@dataclass
class Case:
    """A title, what has to be there, and what is said."""

    group: str
    title: str
    only_hypnos: str = ""
    frozen: bool = False
    options: list[str] = field(default_factory=list)
    state: list[State] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    after: list[State] = field(default_factory=list)

    @property
    def name(self) -> str:
        """For pytest."""
        return f"{self.group}: {self.title}"


@dataclass
class Line:
    """A line with those that continue it."""

    where: str
    text: str
    more: list[str] = field(default_factory=list)

    def joined(self) -> str:
        """As one line."""
        return " ".join([self.text, *(one.strip() for one in self.more)])

    def block(self) -> str:
        """The text of a file: after the colon, or the indented lines."""
        inline = self.text.partition(":")[2].strip()
        if inline or not self.more:
            return inline.encode().decode("unicode_escape")
        indent = len(self.more[0]) - len(self.more[0].lstrip())
        return "".join(one[indent:] + "\n" for one in self.more)


def read_corpus(folder: Path) -> list[Case]:
    """All cases of all files. Raises ValueError at the first line that is not understood."""
    return [case for file in sorted(folder.glob("*.corpus")) for case in read_file(file)]


def read_file(file: Path) -> list[Case]:
    """The cases of one file."""
    return read_text(file.stem, file.read_text())


def read_text(group: str, text: str) -> list[Case]:
    """The cases of a text."""
    cases: list[Case] = []
    for line in _lines(group, text):
        try:
            _take(line, cases, group)
        except (ValueError, IndexError, SyntaxError) as error:
            raise ValueError(f"{line.where}: {error}") from error
    for case in cases:
        _check(case)
    return cases


def _lines(group: str, text: str) -> Iterator[Line]:
    current: Line | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip() or raw.startswith("#"):
            continue
        if raw[0] == " " and current:
            current.more.append(raw)
            continue
        if current:
            yield current
        current = Line(f"{group}.corpus:{number}", raw)
    if current:
        yield current


def _take(line: Line, cases: list[Case], group: str) -> None:
    word, _, rest = line.joined().partition(" ")
    if word == "==":
        cases.append(Case(group, rest))
    elif word.endswith("<") or word.startswith(">") or word in ("why", "hang"):
        _take_exchange(cases[-1], line, word, rest)
    elif word == "only":
        cases[-1].only_hypnos = _reason(rest.removeprefix("hypnos "), UNASKED_KINDS)
    elif word == "frozen":
        cases[-1].frozen = True
    elif word == "options:":
        cases[-1].options = rest.split()
    elif word == "then":
        cases[-1].after.append(_state(line, rest))
    else:
        cases[-1].state.append(_state(line, line.text))


def _take_exchange(case: Case, line: Line, word: str, rest: str) -> None:
    last = case.exchanges[-1] if case.exchanges else None
    if word.startswith(">"):
        if last is None or last.replies or last.hangs_up:
            case.exchanges.append(last := Exchange(line.where))
        last.sent.append(Sent(word, rest))
        sent_bytes(last.sent[-1])
    elif last is None:
        raise ValueError("a reply to nothing")
    elif word == "hang":
        last.hangs_up = True
    elif word == "why":
        last.why = _reason(rest, KINDS)
    else:
        last.replies.setdefault(word.removesuffix("<"), []).append(rest)


def _reason(text: str, kinds: tuple[str, ...]) -> str:
    kind, _, reason = text.partition(":")
    if kind not in kinds or not reason.strip():
        raise ValueError(f"a reason begins with one of {kinds} and a colon")
    return text


def _state(line: Line, text: str) -> State:
    if text.startswith("no file "):
        return State("no file", text.removeprefix("no file "))
    kind, _, rest = text.partition(" ")
    if kind not in STATE_WORDS:
        raise ValueError(f"'{kind}' is not understood")
    return State(kind, rest.partition(":")[0].strip(), line.block())


def _check(case: Case) -> None:
    for exchange in case.exchanges:
        differs = "qemu-ga" in exchange.replies
        if exchange.replies.keys() - {"", "hypnos", "qemu-ga"}:
            raise ValueError(f"{exchange.where}: replies of whom?")
        if not exchange.hangs_up and "" not in exchange.replies:
            raise ValueError(f"{exchange.where}: no reply is expected; say '< nothing'")
        if differs != bool(exchange.why):
            raise ValueError(f"{exchange.where}: a difference needs a reason, a reason a difference")
        for pattern in (one for many in exchange.replies.values() for one in many):
            _check_reply(exchange.where, pattern)
    if not case.exchanges:
        raise ValueError(f"{case.name}: nothing is sent")


def _check_reply(where: str, pattern: str) -> None:
    if pattern in (NOTHING, AND_MORE):
        return
    try:
        parse_pattern(re.sub(r"\$\w+", "0", pattern.removeprefix(SENTINEL_WORD)))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def sent_bytes(sent: Sent) -> bytes:
    """What goes over the wire."""
    if sent.how != ">=":
        return sent.text.encode() + b"\n"
    return _bytes_of(ast.parse(sent.text, mode="eval").body)


def _bytes_of(node: ast.expr) -> bytes:
    """Byte literals, joined by + and repeated by *."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _bytes_of(node.left) + _bytes_of(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        times = node.right
        if isinstance(times, ast.Constant) and isinstance(times.value, int):
            return _bytes_of(node.left) * times.value
    raise ValueError("bytes are written b'...', joined by + and repeated by * NUMBER")
