# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes a pattern's text apart."""

import json
import re
from typing import Any

WORD = re.compile(r"[A-Za-z]\w*")


class Scanner:
    """Goes through a text from the left; white space does not count."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def wrong(self, what: str) -> ValueError:
        """What to raise."""
        return ValueError(f"{what}: {self._text[: self._at]} <here> {self._text[self._at :]}")

    def take(self, token: str) -> bool:
        """Whether it comes next; then it is passed."""
        self._skip()
        found = self._text.startswith(token, self._at)
        self._at += len(token) if found else 0
        return found

    def need(self, token: str) -> None:
        """Pass it."""
        if not self.take(token):
            raise self.wrong(f"'{token}' is missing")

    def at_word(self) -> bool:
        """Whether a word comes next."""
        self._skip()
        return WORD.match(self._text, self._at) is not None

    def word(self) -> str:
        """Pass a word."""
        self._skip()
        found = WORD.match(self._text, self._at)
        if not found:
            raise self.wrong("a word is missing")
        self._at = found.end()
        return found[0]

    def take_word(self, word: str) -> bool:
        """Whether this word comes next; then it is passed."""
        self._skip()
        found = WORD.match(self._text, self._at)
        if not found or found[0] != word:
            return False
        self._at = found.end()
        return True

    def scalar(self) -> Any:
        """Pass a JSON string or number."""
        self._skip()
        try:
            value, self._at = json.JSONDecoder().raw_decode(self._text, self._at)
        except ValueError as error:
            raise self.wrong(str(error)) from error
        return value

    def end(self) -> None:
        """Nothing may be left."""
        self._skip()
        if self._at < len(self._text):
            raise self.wrong("more than a pattern")

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
