# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays a case to an agent and says what was not as expected."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.client import Client
from harness.line_judge import SENTINEL
from harness.waiting import PATIENCE

from .corpus import AND_MORE, NOTHING, SENTINEL_WORD, Case, Exchange, Sent, State, sent_bytes
from .pattern import Captured, difference

SYNC = 4711
LATE = 5.0
"""How long to wait for replies that come after those to later requests."""
REFUSALS = ("Parameter '", "Invalid parameter type", "QMP input", "Command guest-")
"""How replies begin to requests that were looked at, and no more."""
CHANGES = re.compile(
    "guest-(shutdown|suspend-|set-|fsfreeze-(freeze|thaw)|fstrim|ssh-(add|remove)-)"
)


class Player:
    """One agent, for one case. `who` is "hypnos" or "qemu-ga"."""

    def __init__(
        self, who: str, connect: Callable[[], Client], variables: Captured, locate: Any
    ) -> None:
        self._who, self._connect, self._locate = who, connect, locate
        self._variables = variables
        self._client = connect()

    def play(self, case: Case) -> list[str]:
        """All that is wrong."""
        problems = [
            f"{exchange.where}: {problem}"
            for exchange in case.exchanges
            for problem in self._exchange(exchange)
        ]
        self._client.close()
        return problems + [problem for state in case.after for problem in self._look(state)]

    def ask_info(self) -> str:
        """The reply to guest-info."""
        return self._answers([Sent(">", '{"execute": "guest-info"}')], 1)[0].decode()

    def _exchange(self, exchange: Exchange) -> list[str]:
        if self._who == "qemu-ga":
            must_be_harmless(exchange)
        if exchange.hangs_up:
            for one in exchange.sent:
                self._client.send(self._bytes(one))
            self._client.close()
            self._client = self._connect()
            return []
        end = time.monotonic() + PATIENCE
        while True:
            replies = self._answers(exchange.sent, self._expected(exchange))
            problems = self._judge(exchange, replies)
            again = problems and exchange.sent[-1].how == ">~" and time.monotonic() < end
            if not again:
                return problems
            time.sleep(0.02)

    def _bytes(self, sent: Sent) -> bytes:
        return sent_bytes(Sent(sent.how, self._filled_in(sent.text)))

    def _filled_in(self, text: str) -> str:
        """With $name replaced by what is known by that name."""
        for name, value in self._variables.items():
            shown = value if isinstance(value, str) else json.dumps(value)
            text = re.sub(rf"\${name}\b", lambda _, shown=shown: shown, text)
        return text

    def _expected(self, exchange: Exchange) -> int:
        common = exchange.replies[""]
        patterns = exchange.replies.get(self._who, common) if self._who == "qemu-ga" else common
        return len([one for one in patterns if one not in (NOTHING, AND_MORE)])

    def _answers(self, sent: list[Sent], count: int) -> list[bytes]:
        """All up to the reply to a sync, and what is to come later."""
        for one in sent:
            self._client.send(self._bytes(one))
        self._client.send(b'\n{"execute":"guest-sync","arguments":{"id":%d}}\n' % SYNC)
        lines: list[bytes] = []
        synced = False
        while not synced or len(lines) < count:
            try:
                line = self._client.line(LATE if synced else PATIENCE)
            except TimeoutError:
                if synced:
                    return lines
                raise
            if line.startswith(b'{"return"') and json.loads(line) == {"return": SYNC}:
                synced = True
            else:
                lines.append(line)
        return lines

    def _judge(self, exchange: Exchange, replies: list[bytes]) -> list[str]:
        common = self._compare(exchange.replies[""], replies)
        if self._who == "hypnos" and "hypnos" in exchange.replies:
            return common or self._compare(exchange.replies["hypnos"], replies)
        if self._who == "qemu-ga" and "qemu-ga" in exchange.replies:
            if not common:
                return [f"there is no difference any more: {exchange.why}"]
            return self._compare(exchange.replies["qemu-ga"], replies)
        return common

    def _compare(self, patterns: list[str], replies: list[bytes]) -> list[str]:
        expected = [self._filled_in(one) for one in patterns if one != NOTHING]
        if more := AND_MORE in expected:
            expected.remove(AND_MORE)
        if len(replies) < len(expected) or (len(replies) > len(expected) and not more):
            return [f"{len(expected)} replies expected: {replies[:5]!r}"]
        found = (self._differs(*pair) for pair in zip(expected, replies))
        return [problem for problem in found if problem]

    def _differs(self, pattern: str, line: bytes) -> str:
        delimited = pattern.startswith(SENTINEL_WORD)
        if delimited != line.startswith(SENTINEL):
            return f"0xFF in front: {line!r}"
        reply = json.loads(line.removeprefix(SENTINEL))
        return difference(pattern.removeprefix(SENTINEL_WORD), reply, self._variables)

    def _look(self, state: State) -> list[str]:
        file = self._locate(state.path)
        if file is None:
            return []
        end = time.monotonic() + PATIENCE
        while (problem := _looks_wrong(file, state)) and time.monotonic() < end:
            time.sleep(0.01)
        return [problem] if problem else []


def _looks_wrong(file: Path, state: State) -> str:
    if state.kind == "no file":
        return f"{state.path} is there" if file.exists() else ""
    text = file.read_text() if file.exists() else None
    return "" if text == state.text else f"{state.path} has {text!r}, not {state.text!r}"


def must_be_harmless(exchange: Exchange) -> None:
    """Whatever could change this machine may be sent to qemu-ga only to be refused."""
    if not any(CHANGES.search(one.text) for one in exchange.sent):
        return
    for reply in exchange.replies.get("qemu-ga", exchange.replies.get("", [""])):
        assert any(f'"{begin}' in reply for begin in REFUSALS), f"{exchange.where}: {reply}"
