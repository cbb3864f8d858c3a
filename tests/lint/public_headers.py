# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the public headers declare. Knows as much of C++ as they use."""

import re
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
FOLDERS = [TOP / "host-client/include", TOP / "protocol/include"]
HEADERS = sorted(file for folder in FOLDERS for file in folder.glob("hypnos/**/*.h*"))

_TYPE = re.compile(r"\b(?:class|struct|enum(?: class)?)\s+(\w+)\s*(?::[^:].*)?$", re.S)
_FUNCTION = re.compile(r"(operator\s*\S+?|~?\w+)\s*\(")
_ALIAS = re.compile(r"\busing\s+(\w+)\s*=|\btypedef\b.*?(?:\(\*(\w+)\)|(\w+)$)", re.S)
_LABEL = re.compile(r"^\s*(public|protected|private)\s*:(?!:)")


@dataclass(frozen=True)
class Declaration:
    """Something public that a program can name."""

    name: str
    """Qualified, `hypnos::Guest::wake`; of C, the name."""
    kind: str
    """"type", "alias", "function" or "inline": a function that needs no symbol."""
    start: int
    """Where in the text."""


def declarations(file: Path) -> list[Declaration]:
    """Public ones, in order."""
    found = _Reader(file.read_text()).read("", is_class=False, public=True)
    return [one for one in found if one.name.startswith("hypnos")]


def _blank(found: "re.Match[str]") -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _plain(head: str) -> str:
    """Without attributes, templates' arguments and constraints."""
    text = re.sub(r"\[\[.*?\]\]|\btemplate\b|\bHYPNOS_API\b", "", head, flags=re.S)
    while (less := re.sub(r"<[^<>]*>", "", text)) != text:
        text = less
    return re.sub(r"\brequires\s*\([^)]*\)", "", text).strip()


class _Reader:
    """One pass; `_at` is where it is. Comments and directives are blanks of the same length."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"//[^\n]*|/\*.*?\*/", _blank, text, flags=re.S)
        text = re.sub(r"^#(?:[^\n]*\\\n)*[^\n]*", _blank, text, flags=re.M)
        self._text = re.sub(r'"[^"\n]*"', _blank, text)
        self._at = 0

    def read(self, scope: str, is_class: bool, public: bool) -> list[Declaration]:
        """Up to the end of a scope."""
        found: list[Declaration] = []
        while (head := self._head()) is not None:
            while label := _LABEL.match(head[0]):
                public = label[1] == "public"
                head = (head[0][label.end() :], head[1] + label.end(), head[2])
            told = self._declaration(scope, *head)
            found += told if public or not is_class else []
        return found

    def _head(self) -> "tuple[str, int, str] | None":
        """A statement's text, where it starts, and what ends it: `;` or `{`. None at a `}`."""
        start, depth = self._at, 0
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            depth += (char in "([") - (char in ")]")
            if depth == 0 and char in ";{":
                return self._text[start : self._at - 1], start, char
            if depth == 0 and char == "}":
                return None
        return None

    def _skip(self) -> None:
        """The rest of a body whose `{` has been read."""
        depth = 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self._text[self._at], 0)
            self._at += 1

    def _declaration(self, scope: str, head: str, start: int, end: str) -> list[Declaration]:
        start += len(head) - len(head.lstrip())
        plain = _plain(head)
        if end == "{":
            return self._block(scope, plain, start)
        if plain.startswith("friend") or not plain:
            return []
        if alias := _ALIAS.search(plain):
            name = next(group for group in alias.groups() if group)
            return [Declaration(scope + name, "alias", start)]
        return self._function(scope, plain, start, "function")

    def _block(self, scope: str, plain: str, start: int) -> list[Declaration]:
        if plain.startswith("namespace"):
            return self.read(f"{scope}{plain.split()[1]}::", is_class=False, public=True)
        if plain.startswith("extern"):
            return self.read(scope, is_class=False, public=True)
        if plain == "typedef enum":
            self._skip()
            return [Declaration(self._finish(), "type", start)]
        kind = _TYPE.search(plain)
        if kind and "(" not in plain:
            return self._type(scope, kind[1], plain, start)
        self._skip()
        if "(" in plain and "=" not in plain.split("(")[0]:
            return self._function(scope, plain, start, "inline")
        self._finish()
        return []

    def _finish(self) -> str:
        """The rest of a statement; what stands there up to its next body."""
        head = rest = self._head()
        while rest and rest[2] == "{":
            self._skip()
            rest = self._head()
        return head[0].strip() if head else ""

    def _type(self, scope: str, name: str, plain: str, start: int) -> list[Declaration]:
        members: list[Declaration] = []
        if plain.startswith("enum"):
            self._skip()
        else:
            is_open = not plain.startswith("class")
            members = self.read(f"{scope}{name}::", is_class=True, public=is_open)
        self._finish()
        return [Declaration(scope + name, "type", start), *members]

    @staticmethod
    def _function(scope: str, plain: str, start: int, kind: str) -> list[Declaration]:
        found = _FUNCTION.search(plain)
        if not found or "=" in plain[: found.start()]:
            return []
        if re.search(r"=\s*(default|delete)$", plain) or plain.startswith("inline"):
            kind = "inline"
        return [Declaration(scope + re.sub(r"\s", "", found[1]), kind, start)]
