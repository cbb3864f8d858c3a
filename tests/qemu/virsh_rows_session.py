# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows about the conversation itself, and what libvirt has no verb for."""

import pytest
from virsh_guest import Guest, VirshFailed
from virsh_table import row


@row("guest-sync", "the first command of each connection", "libvirt has an answer")
def sync_of_a_new_connection(guest: Guest) -> None:
    guest.sh(f"systemctl restart {guest.agent}")
    guest.await_agent()


@row("any", "qemu-agent-command guest-ping", "answered")
def ping(guest: Guest) -> None:
    assert guest.ask("guest-ping") == {}


@row("any", "qemu-agent-command ble", "refused: the command has not been found")
def unknown_command(guest: Guest) -> None:
    with pytest.raises(VirshFailed, match="The command ble has not been found"):
        guest.ask("ble")
    assert guest.ask("guest-ping") == {}


@row("guest-get-devices", "qemu-agent-command guest-get-devices", "refused: no Linux agent has it")
def devices(guest: Guest) -> None:
    with pytest.raises(VirshFailed, match="has (not been found|been disabled)"):
        guest.ask("guest-get-devices")


def loads(guest: Guest) -> "list[float]":
    """The kernel's three numbers."""
    return [float(word) for word in guest.sh("cat /proc/loadavg").split()[:3]]


@row(
    "guest-get-load",
    "`qemu-agent-command`; `guestinfo --load` from libvirt 11.2 on",
    "the numbers of /proc/loadavg",
    qemu_ga="refused: came with qemu-ga 10.0",
    refusal="The command guest-get-load has not been found",
)
def load(guest: Guest) -> None:
    before = loads(guest)
    told = guest.ask("guest-get-load")
    for name, *real in zip(("load1m", "load5m", "load15m"), before, loads(guest)):
        assert min(real) - 0.02 <= told[name] <= max(real) + 0.02
