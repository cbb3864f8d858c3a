# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the agent says to requests it cannot obey, beside what qemu-ga says."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.client import Client, Message

GENERIC = "GenericError"
UNKNOWN = "CommandNotFound"


@dataclass(frozen=True)
class Row:
    """Bytes, the errors that they cost, and why qemu-ga may say something else."""

    sent: bytes
    errors: tuple[tuple[str, str], ...]
    differs: str = ""


def syntax(sent: bytes, what: str, differs: str = "") -> Row:
    """A row with one parse error."""
    return Row(sent, ((GENERIC, f"JSON parse error, {what}"),), differs)


def refused(sent: bytes, text: str, differs: str = "") -> Row:
    """A row with one GenericError."""
    return Row(sent, ((GENERIC, text),), differs)


NUMBER_TEXT = "qemu-ga's stray text also has the byte after the number"
STRING_TEXT = "qemu-ga's stray text also has the string so far"
RESET_IS_SILENT = "qemu-ga answers 0xFF with an error; here it resets in silence"

ROWS = [
    # Commands and their arguments.
    Row(b'{"execute":"nope"}', ((UNKNOWN, "The command nope has not been found"),)),
    Row(b'{"execute":""}', ((UNKNOWN, "The command  has not been found"),)),
    Row(b'{"execute":"GUEST-PING"}', ((UNKNOWN, "The command GUEST-PING has not been found"),)),
    refused(b'{"execute":"guest-ping","arguments":{"x":1}}', "Parameter 'x' is unexpected"),
    refused(b'{"execute":"guest-info","arguments":{"x":1}}', "Parameter 'x' is unexpected"),
    refused(b'{"execute":"guest-get-time","arguments":{"x":1}}', "Parameter 'x' is unexpected"),
    refused(b'{"execute":"guest-sync"}', "Parameter 'id' is missing"),
    refused(b'{"execute":"guest-sync-delimited"}', "Parameter 'id' is missing"),
    refused(
        b'{"execute":"guest-sync","arguments":{"id":1,"x":2}}', "Parameter 'x' is unexpected"
    ),
    *(
        refused(
            b'{"execute":"guest-sync","arguments":{"id":%s}}' % value,
            "Invalid parameter type for 'id', expected: integer",
        )
        for value in (b'"5"', b"1.5", b"1.0", b"true", b"null", b"[]", b"{}", b"1e3")
    ),
    refused(
        b'{"execute":"guest-sync","arguments":{"id":18446744073709551615}}',
        "Invalid parameter type for 'id', expected: integer",
    ),
    # Envelopes.
    refused(b"[]", "QMP input must be a JSON object"),
    refused(b"5 ", "QMP input must be a JSON object"),
    refused(b'"x"', "QMP input must be a JSON object"),
    refused(b"true ", "QMP input must be a JSON object"),
    refused(b"null ", "QMP input must be a JSON object"),
    refused(b"{}", "QMP input lacks member 'execute'"),
    refused(b'{"execute":5}', "QMP input member 'execute' must be a string"),
    refused(b'{"execute":null}', "QMP input member 'execute' must be a string"),
    refused(
        b'{"execute":"guest-ping","arguments":[]}',
        "QMP input member 'arguments' must be an object",
    ),
    refused(
        b'{"execute":"guest-ping","arguments":null}',
        "QMP input member 'arguments' must be an object",
    ),
    refused(b'{"execute":"guest-ping","more":1}', "QMP input member 'more' is unexpected"),
    refused(b'{"exec-oob":"guest-ping"}', "QMP input member 'exec-oob' is unexpected"),
    # Syntax.
    syntax(b"nul ", "invalid keyword 'nul'"),
    syntax(b"}", "expecting value"),
    syntax(b"]", "expecting value"),
    syntax(b",", "expecting value"),
    syntax(b":", "expecting value"),
    syntax(b"[1,]", "expecting value"),
    syntax(b'{"a":1,}', "expecting value"),
    syntax(b'{"a"}', "missing : in object pair"),
    syntax(b'{"a" 1}', "missing : in object pair"),
    syntax(b"{1:2}", "key is not a string in object"),
    syntax(b'{"a":1 "b":2}', "expected separator in dict"),
    syntax(b"[1 2]", "expected separator in list"),
    syntax(b"[1}", "expected separator in list"),
    syntax(b'{"a":1,"a":2}', "duplicate key"),
    syntax(b'{"execute":"guest-ping","execute":"guest-info"}', "duplicate key"),
    syntax(rb'"\x41"', "invalid escape sequence in string"),
    syntax(b'"\xc3"', "invalid UTF-8 sequence in string"),
    syntax(b'"\xed\xa0\x80"', "invalid UTF-8 sequence in string"),
    syntax(b"#", "stray '#'"),
    syntax(b"[1,#", "stray '#'"),
    syntax(b"TRUE", "stray 'T'"),
    syntax(b"\x00", "stray ''"),
    syntax(b"\xc3\xa9", "stray '\N{REPLACEMENT CHARACTER}'"),
    syntax(b"01", "stray '01'"),
    Row(
        b"garbage words here ",
        tuple(
            (GENERIC, f"JSON parse error, invalid keyword '{word}'")
            for word in ("garbage", "words", "here")
        ),
    ),
    # Where we differ.
    Row(
        b'{"execute":"%s"}' % (b"x" * 300),
        ((UNKNOWN, f"The command {'x' * 256} has not been found"),),
        "qemu-ga repeats names of any length",
    ),
    refused(
        b'{"execute":"guest-ping","id":"%s"}' % (b"x" * 5000),
        "QMP input member 'id' is too large",
        "qemu-ga repeats ids of any size",
    ),
    syntax(b"- ", "stray '-'", NUMBER_TEXT),
    syntax(b'"abc\x01', "stray '\x01'", STRING_TEXT),
    Row(b"\xff", (), RESET_IS_SILENT),
    Row(b'{"execute":"gu\xff', (), RESET_IS_SILENT),
    syntax(rb'"\u0000"', "invalid escape sequence in string", "qemu-ga makes two bytes of it"),
    syntax(rb'"\u12"', "invalid escape sequence in string", "qemu-ga shows the escape"),
    syntax(
        rb'"\ud800"', "invalid escape sequence in string", "qemu-ga names the lone surrogate"
    ),
    syntax(b"1e400 ", "number out of range '1e400'", "qemu-ga takes it for infinity"),
]


def errors_of(replies: list[Message]) -> tuple[tuple[str, str], ...]:
    """Class and text of each error."""
    return tuple((reply["error"]["class"], reply["error"]["desc"]) for reply in replies)


def answers(client: Client, sent: bytes) -> list[Message]:
    """What comes between those bytes and a sync."""
    client.send(sent + b"\n")
    client.request("guest-sync", {"id": 4711})
    return client.replies_until_sync(4711)


@pytest.fixture(scope="module")
def reference(qemu_ga: Path) -> Client:
    """A client of qemu-ga. It is not judged: some of its lines would not pass."""
    return Client.unix(qemu_ga, judged=False)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row.sent[:60]))
def test_bad_input_gets_the_texts_that_clients_know(
    row: Row, client: Client, reference: Client
) -> None:
    """Each row, on both agents; the next good request is answered."""
    assert errors_of(answers(client, row.sent)) == row.errors
    client.ping()
    theirs = answers(reference, row.sent)
    if row.differs:
        assert [r for r in theirs if "error" not in r] or errors_of(theirs) != row.errors, (
            f"qemu-ga now says the same: drop the remark {row.differs!r}"
        )
    else:
        assert errors_of(theirs) == row.errors


@pytest.mark.parametrize(
    "value", ["1", '"a"', "null", "true", "1.5", "[]", "{}", '[1,{"a":[null]}]', r'"\u00e9\u001f"']
)
def test_ids_of_every_type_come_back_from_both(
    value: str, client: Client, reference: Client
) -> None:
    """In success and in error."""
    for agent in (client, reference):
        for command in ("guest-ping", "nope"):
            agent.send(b'{"execute":"%s","id":%s}' % (command.encode(), value.encode()))
            reply = agent.reply()
            assert reply["id"] == json.loads(value)
            assert ("return" in reply) == (command == "guest-ping")


def test_a_request_that_is_refused_gives_its_id_back(client: Client) -> None:
    """Whatever it is refused for."""
    for request in (b'{"execute":5,"id":1}', b'{"id":1}', b'{"execute":"guest-sync","id":1}'):
        client.send(request)
        reply = client.reply()
        assert "error" in reply and reply["id"] == 1


def test_single_quotes_are_understood(client: Client) -> None:
    """QEMU's own extension."""
    client.send(b"{'execute': 'guest-sync', 'arguments': {'id': 7}}")
    assert client.reply() == {"return": 7}


def test_a_request_needs_no_newline(client: Client) -> None:
    """It is over when its brackets balance."""
    client.send(b'{"execute":"guest-ping"}')
    assert client.reply() == {"return": {}}


@pytest.mark.parametrize("state", [b"", b"12", b"{", b'{"a', b'{"a\\', b"[[[", b"#x", b"'", b"nul"])
def test_0xff_resets_in_every_state(state: bytes, client: Client) -> None:
    """What came before it is forgotten; nothing of it is part of the next request."""
    client.send(state + b'\xff{"execute":"guest-ping","id":1}')
    replies = [client.reply()]
    while replies[-1].get("id") != 1:
        replies.append(client.reply())
    assert all("error" in reply for reply in replies[:-1])
    assert len(replies) <= 2
    client.ping()


def test_the_full_dance_of_a_client_that_resynchronises(client: Client) -> None:
    """0xFF, sync-delimited, skip to 0xFF."""
    client.send(b'{"half": "a request')
    client.send(b'\xff{"execute":"guest-sync-delimited","arguments":{"id":99}}')
    assert client.line() == b'\xff{"return":99}'


def test_the_mark_is_not_for_a_sync_that_fails(client: Client) -> None:
    """Nor for what follows it."""
    client.send(b'{"execute":"guest-sync-delimited","arguments":{"id":"x"}}')
    assert client.line().startswith(b"{")
    client.ping()


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ({}, "Parameter 'mode' is missing"),
        ({"mode": 5}, "Invalid parameter type for 'mode', expected: string"),
        ({"mode": "deep"}, "Parameter 'mode' does not accept value 'deep'"),
        ({"mode": "ram", "require": "s2idle"}, "Parameter 'require' does not accept value 's2idle'"),
        ({"mode": "ram", "bogus": 1}, "Parameter 'bogus' is unexpected"),
        ({"mode": "ram", "transaction": "x"}, "Parameter 'transaction' must be a UUID"),
        (
            {"mode": "ram", "transaction": 1},
            "Invalid parameter type for 'transaction', expected: string",
        ),
        ({"mode": "ram", "deadline-ms": 0}, "Parameter 'deadline-ms' must be from 1 to 1200000"),
        (
            {"mode": "ram", "deadline-ms": 1200001},
            "Parameter 'deadline-ms' must be from 1 to 1200000",
        ),
        (
            {"mode": "ram", "deadline-ms": "1"},
            "Invalid parameter type for 'deadline-ms', expected: integer",
        ),
        (
            {"mode": "ram", "wake-after-ms": -1},
            "Parameter 'wake-after-ms' must be from 1 to 31536000000",
        ),
    ],
    ids=str,
)
def test_arguments_of_hypnos_suspend_are_checked(
    argument: Message, text: str, client: Client
) -> None:
    """Before anything happens."""
    assert client.error("hypnos-suspend", argument) == {"class": GENERIC, "desc": text}
    assert client.result("hypnos-status")["state"] == "idle"


@pytest.mark.parametrize("mode", ["ram", "disk", "hybrid"])
def test_guest_suspend_takes_no_arguments(mode: str, client: Client) -> None:
    """As in QEMU's schema."""
    error = client.error(f"guest-suspend-{mode}", {"x": 1})
    assert error == {"class": GENERIC, "desc": "Parameter 'x' is unexpected"}
