# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""guest-file-*: files of the guest, read and written by a host."""

import base64
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot

READ_MAX = 48 << 20
HANDLES_MAX = 512


def b64(data: bytes) -> str:
    """As it travels."""
    return base64.b64encode(data).decode()


def open_file(client: Client, path: str, mode: str | None = None) -> int:
    """A handle."""
    arguments: dict[str, Any] = {"path": path}
    if mode:
        arguments["mode"] = mode
    return client.result("guest-file-open", arguments)


def read(client: Client, handle: int, **more: int) -> tuple[bytes, bool]:
    """What is read, and whether the end was met."""
    result = client.result("guest-file-read", {"handle": handle, **more})
    data = base64.b64decode(result["buf-b64"])
    assert result["count"] == len(data)
    return data, result["eof"]


def write(client: Client, handle: int, data: bytes, **more: int) -> int:
    """How many bytes were written."""
    result = client.result("guest-file-write", {"handle": handle, "buf-b64": b64(data), **more})
    assert result["eof"] is False
    return result["count"]


def seek(client: Client, handle: int, offset: int, whence: int | str = 0) -> int:
    """The new position."""
    arguments = {"handle": handle, "offset": offset, "whence": whence}
    result = client.result("guest-file-seek", arguments)
    assert result["eof"] is False
    return result["position"]


def test_a_file_is_written_read_and_closed(client: Client, root: FakeRoot) -> None:
    """The life of a handle."""
    handle = open_file(client, "/f", "w+")
    assert write(client, handle, b"hello world") == 11
    assert root.read("f") == "hello world"
    assert read(client, handle) == (b"", True)
    assert seek(client, handle, 0) == 0
    assert read(client, handle, count=5) == (b"hello", False)
    assert read(client, handle, count=6) == (b" world", False)
    assert read(client, handle, count=1) == (b"", True)
    assert read(client, handle, count=0) == (b"", False)
    assert client.result("guest-file-flush", {"handle": handle}) == {}
    assert client.result("guest-file-close", {"handle": handle}) == {}
    error = client.error("guest-file-close", {"handle": handle})
    assert error == {"class": "GenericError", "desc": f"handle '{handle}' has not been found"}


def test_positions(client: Client, root: FakeRoot) -> None:
    """By number and by name."""
    root.write("f", "0123456789")
    handle = open_file(client, "/f", "r+")
    assert seek(client, handle, 3, 0) == seek(client, handle, 3, "set") == 3
    assert seek(client, handle, 1, 1) == 4
    assert seek(client, handle, 1, "cur") == 5
    assert seek(client, handle, -1, 2) == seek(client, handle, -1, "end") == 9
    assert read(client, handle) == (b"9", True)
    seek(client, handle, 3)
    assert write(client, handle, b"xyz", count=2) == 2
    assert read(client, handle, count=2) == (b"56", False)
    assert root.read("f") == "012xy56789"


def test_appending(client: Client, root: FakeRoot) -> None:
    """Whatever the position, what is written goes to the end."""
    root.write("f", "0123")
    handle = open_file(client, "/f", "a+")
    assert read(client, handle, count=2) == (b"01", False)
    write(client, handle, b"zz")
    assert seek(client, handle, 0, "cur") == 6
    assert root.read("f") == "0123zz"


def test_a_new_file_is_for_everybody(client: Client, root: FakeRoot) -> None:
    """As qemu-ga makes them; a path may be relative, to the root."""
    open_file(client, "new", "w")
    assert stat.S_IMODE((root.path / "new").stat().st_mode) == 0o666


def test_48_mib_are_read_at_once_and_no_more(agent: Agent) -> None:
    """Base64 makes 64 MiB of it, which libvirt would not take, but others do."""
    with (agent.root.path / "big").open("wb") as big:
        big.truncate(READ_MAX + 1)
    with agent.connect(judged=False) as client:
        check_most(client)


def check_most(client: Client) -> None:
    """The limit, from both sides."""
    handle = open_file(client, "/big")
    for count in (-1, READ_MAX + 1):
        error = client.error("guest-file-read", {"handle": handle, "count": count})
        assert error["desc"] == f"value '{count}' is invalid for argument count"
    client.request("guest-file-read", {"handle": handle, "count": READ_MAX})
    assert client.reply(60)["return"]["count"] == READ_MAX
    assert read(client, handle) == (b"\0", True)


def test_what_a_pipe_has_is_read_and_what_it_takes_is_written(
    client: Client, root: FakeRoot
) -> None:
    """Nobody waits for the other end, and nothing is lost."""
    os.mkfifo(root.path / "pipe")
    handle = open_file(client, "/pipe", "r+")
    error = client.error("guest-file-read", {"handle": handle})
    assert error["desc"] == "failed to read file: Resource temporarily unavailable"
    write(client, handle, b"ab")
    assert read(client, handle) == (b"ab", False)
    assert write(client, handle, b"x" * 100000) == 65536


def test_a_write_that_cannot_be_stored_says_so(client: Client, root: FakeRoot) -> None:
    """At once."""
    (root.path / "full").symlink_to("/dev/full")
    handle = open_file(client, "/full", "w")
    error = client.error("guest-file-write", {"handle": handle, "buf-b64": b64(b"x")})
    assert error["desc"] == "failed to write to file: No space left on device"


def test_wrong_base64_is_refused_whole(client: Client, root: FakeRoot) -> None:
    """qemu-ga drops the end of what is cut short and says nothing."""
    handle = open_file(client, "/f", "w")
    for text in ("YQ", "YWJj@"):
        assert "Base64" in client.error("guest-file-write", {"handle": handle, "buf-b64": text})["desc"]
    assert root.read("f") == ""


def test_handles_go_on_after_a_restart(agent: Agent) -> None:
    """A handle of an agent that has ended never means another file."""
    agent.root.write("f", "x")
    with agent.connect() as client:
        assert [open_file(client, "/f") for _ in range(2)] == [1000, 1001]
    assert agent.root.read("var/run/qga.state") == "[global]\nfd_counter=1002\n"
    agent.terminate()
    agent.start()
    with agent.connect() as client:
        assert "not been found" in client.error("guest-file-read", {"handle": 1000})["desc"]
        assert open_file(client, "/f") == 1002


def test_handles_are_limited(client: Client, root: FakeRoot) -> None:
    """And those that are open go on working."""
    root.write("f", "x")
    for _ in range(HANDLES_MAX):
        last = open_file(client, "/f")
    error = client.error("guest-file-open", {"path": "/new", "mode": "w"})
    assert error["desc"].startswith(f"{HANDLES_MAX} files are open already")
    assert not (root.path / "new").exists()
    assert read(client, last) == (b"x", True)
    client.result("guest-file-close", {"handle": last})
    assert open_file(client, "/f") == last + 1


def test_a_handle_is_every_connections(agent: Agent) -> None:
    """Clients come and go, as with qemu-ga."""
    with agent.connect() as client:
        handle = open_file(client, "/f", "w+")
    with agent.connect() as client:
        assert write(client, handle, b"x") == 1


QEMU_GA_SAYS_THE_SAME: list[tuple[str, dict[str, Any]]] = [
    ("guest-file-open", {"path": "/nonexistent/x"}),
    ("guest-file-open", {"path": ""}),
    ("guest-file-open", {"path": "/", "mode": "w"}),
    ("guest-file-open", {"path": "/", "mode": "q"}),
    ("guest-file-open", {"path": "/", "mode": ""}),
    ("guest-file-open", {"path": "/", "mode": 1}),
    ("guest-file-open", {}),
    ("guest-file-read", {"handle": 7}),
    ("guest-file-read", {"handle": 7, "count": -1}),
    ("guest-file-write", {"handle": 7, "buf-b64": "@", "count": -1}),
    ("guest-file-write", {"handle": 7}),
    ("guest-file-seek", {"handle": 7, "offset": 0, "whence": 9}),
    ("guest-file-seek", {"handle": 7, "offset": 0, "whence": "bad"}),
    ("guest-file-seek", {"handle": 7, "offset": 0, "whence": "0"}),
    ("guest-file-seek", {"handle": 7, "offset": 0, "whence": True}),
    ("guest-file-seek", {"handle": 7, "offset": 0}),
    ("guest-file-flush", {"handle": 7}),
    ("guest-file-close", {"handle": 7}),
    ("guest-file-close", {"handle": "7"}),
]

WITH_A_FILE: list[tuple[str, dict[str, Any]]] = [
    ("guest-file-read", {"count": -1}),
    ("guest-file-read", {"count": READ_MAX + 1}),
    ("guest-file-write", {"buf-b64": b64(b"x")}),
    ("guest-file-write", {"buf-b64": b64(b"x"), "count": 2}),
    ("guest-file-write", {"buf-b64": b64(b"x"), "count": -1}),
    ("guest-file-write", {"buf-b64": "@@@@", "count": -1}),
    ("guest-file-seek", {"offset": -1, "whence": 0}),
    ("guest-file-seek", {"offset": 0, "whence": 3}),
    ("guest-file-seek", {"offset": 0, "whence": -1}),
]


def test_errors_are_qemu_gas(client: Client, root: FakeRoot, qemu_ga: Path) -> None:
    """Word by word."""
    root.write("f", "x")
    with Client.unix(qemu_ga) as original:
        for command, arguments in QEMU_GA_SAYS_THE_SAME:
            assert client.error(command, arguments) == original.error(command, arguments)
        ours = open_file(client, "/f")
        theirs = open_file(original, str(root.path / "f"))
        for command, arguments in WITH_A_FILE:
            expected = original.error(command, {"handle": theirs, **arguments})
            assert client.error(command, {"handle": ours, **arguments}) == expected


@pytest.mark.parametrize("broken", ["a file where its directory should be", "no counter in it"])
def test_a_state_file_that_is_of_no_use_is_only_a_warning(
    make_agent: Callable[..., Agent], root: FakeRoot, broken: str
) -> None:
    """qemu-ga does not start with such a state directory."""
    if broken == "no counter in it":
        root.write("var/run/qga.state", "junk")
    else:
        root.write("var/run", "")
    agent = make_agent().start()
    with agent.connect() as client:
        assert open_file(client, "/f", "w") == 1000
    assert "qga.state" in agent.log_text()
