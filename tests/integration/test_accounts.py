# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Passwords and ssh keys of the guest's users. chpasswd and the users are those of a fake root."""

import base64
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot

KEYS = ["ssh-ed25519 AAAA alice@one", "ssh-rsa BBBB alice@two"]
OTHER_USER = 54321


@pytest.fixture
def root() -> Iterator[FakeRoot]:
    """Where another user can get to, too."""
    directory = Path(tempfile.mkdtemp(prefix="accounts-"))
    directory.chmod(0o755)
    yield FakeRoot(directory)
    shutil.rmtree(directory)


def b64(text: str) -> str:
    """As it travels."""
    return base64.b64encode(text.encode()).decode()


def wish(password: str, user: str = "alice", crypted: bool = False) -> dict[str, Any]:
    """Arguments of guest-set-user-password."""
    return {"username": user, "password": b64(password), "crypted": crypted}


def add_chpasswd(root: FakeRoot, script: str = "") -> None:
    """One that notes what it was told."""
    root.add_hook("chpasswd", f'echo "args:$*" >>$LOG; cat >>$LOG\n{script}', "usr/sbin")


def test_a_password_goes_to_chpasswd_and_nowhere_else(agent: Agent) -> None:
    """By its standard input."""
    add_chpasswd(agent.root)
    with agent.connect() as client:
        assert client.result("guest-set-user-password", wish("s3:cret word")) == {}
        assert agent.root.log() == ["args:", "alice:s3:cret word"]
        assert client.result("guest-set-user-password", wish("$6$x$y", crypted=True)) == {}
        assert agent.root.log()[2:] == ["args:-e", "alice:$6$x$y"]
    assert "s3:cret" not in agent.log_text()


def test_a_password_that_is_not_taken(client: Client, root: FakeRoot) -> None:
    """chpasswd says why."""
    add_chpasswd(root, "echo 'line 1, user bob: not changed' >&2; exit 1")
    desc = client.error("guest-set-user-password", wish("x", user="bob"))["desc"]
    assert desc.startswith("child process has failed to set user password: ")
    assert desc.endswith("ended with status 1: line 1, user bob: not changed")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (wish("x", user="a:b"), "forbidden characters in username"),
        (wish("x", user="a\nroot"), "forbidden characters in username"),
        (wish("x", user=""), "forbidden characters in username"),
        (wish("x\nroot:y"), "forbidden characters in raw password"),
        (wish("x:0", crypted=True), "forbidden characters in raw password"),
        ({**wish("x"), "password": "@"}, "Base64 data contains invalid characters"),
        ({"username": "a", "password": ""}, "Parameter 'crypted' is missing"),
    ],
)
def test_what_would_set_something_else_runs_nothing(
    client: Client, root: FakeRoot, arguments: dict[str, Any], problem: str
) -> None:
    """Another user's password, another field."""
    add_chpasswd(root)
    assert client.error("guest-set-user-password", arguments)["desc"] == problem
    assert root.log() == []


def test_without_chpasswd(client: Client) -> None:
    """It says what is missing."""
    desc = client.error("guest-set-user-password", wish("x"))["desc"]
    assert "the guest has none of /usr/sbin/chpasswd" in desc


def add_user(root: FakeRoot, uid: int | None = None) -> Path:
    """Alice; her home directory."""
    uid = os.getuid() if uid is None else uid
    root.write("etc/passwd", f"bob:x:1:1::/none:/bin/sh\nalice:x:{uid}:{uid}::/home/alice:/bin/sh\n")
    home = root.path / "home/alice"
    home.mkdir(parents=True)
    if os.getuid() == 0:
        os.chown(home, uid, uid)
    return home


def ssh(client: Client, what: str, **more: Any) -> Any:
    """The result of a command about Alice's keys."""
    return client.result(f"guest-ssh-{what}-authorized-keys", {"username": "alice", **more})


def ssh_error(client: Client, what: str, **more: Any) -> str:
    """Why it cannot be done."""
    arguments = {"username": "alice", **more}
    return client.error(f"guest-ssh-{what}-authorized-keys", arguments)["desc"]


def mode_of(path: Path) -> int:
    """Its permissions."""
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_come_and_go(client: Client, root: FakeRoot) -> None:
    """What was there before stays."""
    home = add_user(root)
    file = home / ".ssh/authorized_keys"
    assert ssh(client, "add", keys=KEYS) == {}
    assert (mode_of(home / ".ssh"), mode_of(file)) == (0o700, 0o600)
    assert file.read_text() == KEYS[0] + "\n" + KEYS[1] + "\n"
    file.write_text("# mine\n" + file.read_text())
    ssh(client, "add", keys=[KEYS[1], "ssh-rsa CCCC"])
    assert ssh(client, "get") == {"keys": [*KEYS, "ssh-rsa CCCC"]}
    ssh(client, "remove", keys=[KEYS[0], "none"])
    assert file.read_text() == f"# mine\n{KEYS[1]}\nssh-rsa CCCC\n"
    ssh(client, "add", keys=[KEYS[0]], reset=True)
    assert file.read_text() == KEYS[0] + "\n"
    assert os.listdir(home / ".ssh") == ["authorized_keys"]


def test_files_are_the_users_when_the_agent_is_root(client: Client, root: FakeRoot) -> None:
    """They are made with the user's own rights."""
    if os.getuid() != 0:
        pytest.skip("needs root, to become another user")
    home = add_user(root, OTHER_USER)
    ssh(client, "add", keys=KEYS)
    for path in (home / ".ssh", home / ".ssh/authorized_keys"):
        assert (path.stat().st_uid, path.stat().st_gid) == (OTHER_USER, OTHER_USER)
    assert ssh(client, "get") == {"keys": KEYS}
    os.chown(home / ".ssh", 0, 0)
    assert "Permission denied" in ssh_error(client, "add", keys=["ssh-rsa CCCC"])
    root.write("etc/passwd", "alice:x:0:0::/home/alice:/bin/sh\n")
    shutil.rmtree(home / ".ssh")
    ssh(client, "add", keys=["ssh-rsa CCCC"])  # the rights of a job end with it
    assert (home / ".ssh/authorized_keys").stat().st_uid == 0


def test_nothing_is_followed_out_of_the_home_directory(client: Client, root: FakeRoot) -> None:
    """Neither the directory nor the file may be a link."""
    home = add_user(root)
    aim = root.path / "aim"
    aim.mkdir()
    (aim / "authorized_keys").write_text("precious\n")
    (home / ".ssh").symlink_to(aim)
    for what, more in (("get", {}), ("add", {"keys": KEYS}), ("remove", {"keys": ["precious"]})):
        assert "/.ssh': Not a directory" in ssh_error(client, what, **more)
    (home / ".ssh").unlink()
    (home / ".ssh").mkdir()
    (home / ".ssh/authorized_keys").symlink_to(aim / "authorized_keys")
    for what, more in (("get", {}), ("add", {"keys": KEYS}), ("remove", {"keys": ["precious"]})):
        desc = ssh_error(client, what, **more)
        assert "authorized_keys': Too many levels of symbolic links" in desc
    assert (aim / "authorized_keys").read_text() == "precious\n"
    ssh(client, "add", keys=KEYS, reset=True)  # the link itself is replaced
    assert not (home / ".ssh/authorized_keys").is_symlink()
    assert (aim / "authorized_keys").read_text() == "precious\n"


def test_what_is_no_file_of_that_users_is_refused(client: Client, root: FakeRoot) -> None:
    """A pipe, a directory, a very large one, somebody else's."""
    home = add_user(root)
    file = home / ".ssh/authorized_keys"
    file.parent.mkdir()
    os.mkfifo(file)
    assert "it is no file of that user's" in ssh_error(client, "get")
    file.unlink()
    file.mkdir()
    assert "it is no file of that user's" in ssh_error(client, "get")
    file.rmdir()
    with file.open("wb") as large:
        large.truncate((1 << 20) + 1)
    assert "larger than 1 MiB" in ssh_error(client, "add", keys=KEYS)
    if os.getuid() == 0:
        os.chown(file, OTHER_USER, OTHER_USER)
        assert "it is no file of that user's" in ssh_error(client, "get")
        os.chown(file.parent, OTHER_USER, OTHER_USER)
        assert "it belongs to another user" in ssh_error(client, "get")


def test_problems_are_told(client: Client, root: FakeRoot) -> None:
    """In qemu-ga's words where it has some."""
    home = add_user(root)
    assert ssh_error(client, "add", keys=["#x"]) == "invalid OpenSSH public key: '#x'"
    assert ssh_error(client, "add", keys=["a\nb"]).startswith("invalid OpenSSH public key: ")
    assert not (home / ".ssh").exists()
    (home / ".ssh").mkdir()
    path = home / ".ssh/authorized_keys"
    assert ssh_error(client, "get") == f"failed to read '{path}': No such file or directory"
    desc = client.error("guest-ssh-get-authorized-keys", {"username": "eve"})["desc"]
    assert desc == "failed to lookup user 'eve': there is no such user"
