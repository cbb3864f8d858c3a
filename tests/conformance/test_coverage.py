# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The corpus leaves nothing out, and can do no harm."""

import json
import os
from pathlib import Path

import pytest
from player.agents import QemuGa, hypnos
from player.corpus import Case, Exchange, Sent, read_corpus, read_text
from player.play import must_be_harmless

CASES = read_corpus(Path(__file__).parent)

NOT_DONE = {
    "guest-set-time": "there is one clock, and it is this machine's: tests/qemu/test_time.py",
    "hypnos-cancel": "it needs a sleep that waits: tests/integration/test_sleep.py",
}
"""Commands that the corpus only sees refused, and why."""

TEXTS = """
    The command nope has not been found
    has been disabled: the command is not allowed
    has been disabled: the agent is in frozen state
    QMP input member 'exec-oob' is unexpected
    QMP input lacks member 'execute'
    QMP input member 'execute' must be a string
    QMP input member 'arguments' must be an object
    QMP input must be a JSON object
    Parameter 'x' is unexpected
    Parameter 'id' is missing
    Invalid parameter type for 'id', expected: integer
    Invalid parameter type for 'path', expected: string
    Invalid parameter type for 'crypted', expected: boolean
    Invalid parameter type for 'keys', expected: array
    Invalid parameter type for 'vcpus[0]', expected: object
    Invalid parameter type for 'whence', expected: GuestFileWhence
    does not accept value
    JSON parse error, stray
    JSON parse error, invalid keyword
    JSON parse error, expecting value
    JSON parse error, missing : in object pair
    JSON parse error, duplicate key
    JSON parse error, invalid escape sequence in string
    JSON parse error, invalid UTF-8 sequence in string
    JSON parse error, key is not a string in object
    JSON parse error, expected separator in dict
    JSON parse error, expected separator in list
    JSON token count limit exceeded
    JSON nesting depth limit exceeded
"""
"""Errors that clients know. That of a message which is too large is in test_pipelining.py; "premature
EOI" and "Missing value in dict" need a parser that is fed an end, which neither agent does."""


def patterns(exchange: Exchange) -> list[str]:
    return [one for who in ("", "hypnos") for one in exchange.replies.get(who, [])]


def is_done(exchange: Exchange) -> bool:
    """Whether it succeeds, be it in silence."""
    return any('"return"' in one or one == "nothing" for one in patterns(exchange))


def commands(of_done: bool) -> set[str]:
    """Names in requests, all or only those that succeed."""
    names: set[str] = set()
    for exchange in (one for case in CASES for one in case.exchanges):
        if is_done(exchange) or not of_done:
            for piece in "".join(sent.text for sent in exchange.sent).split('"execute": "')[1:]:
                names.add(piece.partition('"')[0])
    return names


def listed(info: str) -> set[str]:
    return {one["name"] for one in json.loads(info)["return"]["supported_commands"]}


def test_every_command_is_done_and_refused(tmp_path: Path) -> None:
    """Those that either agent lists."""
    case = read_text("none", '== none\n> {"execute": "guest-info"}\n< {"return": {...}}\n')[0]
    theirs = QemuGa()
    try:
        with hypnos(os.environ["HYPNOS_AGENT"], tmp_path, case) as ours:
            with theirs.playing(case) as other:
                names = listed(ours.ask_info()) | listed(other.ask_info())
    finally:
        theirs.end()
    names -= {"guest-get-devices"}
    assert len(names) >= 43
    assert names - commands(of_done=False) == set()
    assert names - commands(of_done=True) == NOT_DONE.keys()


def test_every_text_of_an_error_is_there() -> None:
    known = "\n".join(one for case in CASES for each in case.exchanges for one in patterns(each))
    missing = [text for text in TEXTS.strip().splitlines() if text.strip() not in known]
    assert missing == []


@pytest.mark.parametrize("case", [one for one in CASES if not one.only_hypnos], ids=lambda c: c.name)
def test_qemu_ga_is_sent_nothing_that_could_change_the_machine(case: Case) -> None:
    for exchange in case.exchanges:
        must_be_harmless(exchange)


@pytest.mark.parametrize("reply", ["nothing", '{"return": any}', 'GenericError "x"'])
def test_what_could_change_the_machine_is_recognised(reply: str) -> None:
    shutdown = [Sent(">", '{"execute": "guest-shutdown"}')]
    with pytest.raises(AssertionError):
        must_be_harmless(Exchange("here", shutdown, replies={"": [reply]}))


GOOD = '== a\n> {"execute": "guest-ping"}\n< {"return": {}}\n'


@pytest.mark.parametrize(
    "text",
    [
        "< any\n",
        "== a\n",
        "== a\n> x\n",
        "== a\n< any\n",
        "== a\nwhat\n",
        GOOD + "qemu-ga< any\n",
        GOOD + "why version: x\n",
        GOOD + "qemu-ga< any\nwhy: x\n",
        GOOD + "they< any\n",
        GOOD + "< strnig\n",
        "== a\nonly hypnos: x\n" + GOOD,
        "== a\n>= 'x'\n< any\n",
        "== a\n>= b'x' * b'x'\n< any\n",
    ],
)
def test_a_corpus_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_text("none", text)
