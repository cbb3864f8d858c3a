# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows about users: who is there, passwords, SSH keys."""

from virsh_guest import USER, Guest
from virsh_table import fields, row

ENCRYPTED = "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/"
KEYS = [f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{letter * 43} {letter}@lab" for letter in "AB"]
FILE = f"/home/{USER}/.ssh/authorized_keys"


@row("guest-get-users", "guestinfo --user", "who is logged in, since when")
def users(guest: Guest) -> None:
    told = fields(guest.virsh("guestinfo", "--user"))
    assert (told["user.count"], told["user.0.name"]) == ("1", USER)
    since = guest.sh("date +%s -d \"$(systemctl show -P ExecMainStartTimestamp lab-session)\"")
    assert abs(int(told["user.0.login-time"]) / 1000 - int(since)) < 5


def shadow(guest: Guest) -> str:
    """The password as /etc/shadow has it."""
    return guest.sh(f"getent shadow {USER}").split(":")[1]


def is_password(guest: Guest, password: str) -> bool:
    """Whether one logs in with it."""
    test = "perl -e 'exit(crypt($ARGV[0], $ARGV[1]) ne $ARGV[1])'"
    return guest.succeeds(f"{test} '{password}' '{shadow(guest)}'")


@row(
    "guest-set-user-password",
    "set-user-password",
    "/etc/shadow has the new password",
    needs="Password",
)
def password(guest: Guest) -> None:
    for wanted in ("first one", "and, another: one"):
        guest.virsh("set-user-password", USER, wanted)
        assert is_password(guest, wanted)
        assert not is_password(guest, "wrong")


@row(
    "guest-set-user-password",
    "set-user-password --encrypted",
    "/etc/shadow has exactly that text",
    needs="Password",
)
def encrypted_password(guest: Guest) -> None:
    guest.virsh("set-user-password", USER, ENCRYPTED, "--encrypted")
    assert shadow(guest) == ENCRYPTED


def have_keys(guest: Guest, *keys: str) -> None:
    """The user's file has these and no others."""
    directory = FILE.rpartition("/")[0]
    lines = "".join(f"{key}\n" for key in keys)
    guest.sh(f"mkdir -p -m 700 {directory}; printf '%s' '{lines}' >{FILE}; chmod 600 {FILE}")
    guest.sh(f"chown -R {USER}: {directory}")


def keys_in_guest(guest: Guest) -> "list[str]":
    """The keys that sshd would find, if it likes owner and mode."""
    look = f"stat -c '%U %G %a' {FILE} {FILE.rpartition('/')[0]}"
    assert guest.sh(look).split("\n") == [f"{USER} {USER} 600", f"{USER} {USER} 700"]
    return guest.sh(f"grep . {FILE}").split("\n")


def set_keys(guest: Guest, *keys: str, how: "tuple[str, ...]" = ()) -> None:
    """set-user-sshkeys with a file that has these keys."""
    file = guest.home / "keys"
    file.write_text("".join(f"{key}\n" for key in keys))
    guest.virsh("set-user-sshkeys", USER, "--file", str(file), *how)


@row(
    "guest-ssh-get-authorized-keys",
    "get-user-sshkeys",
    "the lines of authorized_keys",
    needs="SshKeys",
)
def get_keys(guest: Guest) -> None:
    have_keys(guest, *KEYS)
    assert sorted(guest.ask("guest-ssh-get-authorized-keys", username=USER)["keys"]) == KEYS
    printed = guest.virsh("get-user-sshkeys", USER)  # by virsh 9.0 all in one line
    assert all(key in printed for key in KEYS)


@row(
    "guest-ssh-add-authorized-keys",
    "`set-user-sshkeys`, in a home without `.ssh`",
    "the key is there, with the user for owner and modes that sshd accepts",
    needs="SshKeys",
)
def first_key(guest: Guest) -> None:
    guest.sh(f"rm -rf /home/{USER}/.ssh")
    set_keys(guest, KEYS[0])
    assert keys_in_guest(guest) == KEYS[:1]


@row(
    "guest-ssh-add-authorized-keys",
    "set-user-sshkeys",
    "the key comes after those that were there",
    needs="SshKeys",
)
def add_key(guest: Guest) -> None:
    have_keys(guest, KEYS[0])
    set_keys(guest, KEYS[1])
    assert keys_in_guest(guest) == KEYS


@row(
    "guest-ssh-add-authorized-keys",
    "set-user-sshkeys --reset",
    "the key is the only one",
    needs="SshKeys",
)
def reset_keys(guest: Guest) -> None:
    have_keys(guest, KEYS[0])
    set_keys(guest, KEYS[1], how=("--reset",))
    assert keys_in_guest(guest) == KEYS[1:]


@row(
    "guest-ssh-remove-authorized-keys",
    "set-user-sshkeys --remove",
    "the key is gone, the other is still there",
    needs="SshKeys",
)
def remove_key(guest: Guest) -> None:
    have_keys(guest, *KEYS)
    set_keys(guest, KEYS[0], how=("--remove",))
    assert keys_in_guest(guest) == KEYS[1:]
