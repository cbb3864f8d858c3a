# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/libvirt-commands.md, row by row: real virsh, and a look into the guest, for each agent.

One guest for all tests of this file, so each leaves it as it was.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Iterator

import pytest
from libvirtd import Libvirtd
from virsh_guest import DOMAIN, HYPNOS, QEMU_GA, USER, Guest, VirshFailed, guest_image
from virsh_table import Row, whole_table

pytestmark = pytest.mark.qemu
DEEP = os.environ.get("HYPNOS_DEEP") == "1"
"""Whether there is time for qemu-ga, too, and for rows after which the guest boots again."""


@pytest.fixture(scope="module")
def started() -> Iterator[Guest]:
    """The guest, booted, with hypnos-agent."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    with tempfile.TemporaryDirectory(prefix="lab-") as directory:
        home = Path(directory)
        image = guest_image(Path(os.environ["HYPNOS_BUILD"]), home)
        guest = Guest(Libvirtd(home / "libvirtd.log"), home)
        try:
            guest.define(image)
            guest.start()
            yield guest
        finally:
            guest.close()
            guest.libvirt.try_virsh("destroy", DOMAIN)
            guest.libvirt.stop()


@pytest.fixture(scope="module", params=[HYPNOS, QEMU_GA])
def guest(request: pytest.FixtureRequest, started: Guest) -> Guest:
    """The same with each of the agents, after the other has seen its last row."""
    if request.param == QEMU_GA and not DEEP:
        pytest.skip("deep tests only")
    if not started.runs():
        started.start()
    started.use(request.param)
    return started


def test_as_shipped_the_host_gets_no_shell(started: Guest) -> None:
    """libvirt is told so in the words that it knows; before any row, with hypnos-agent."""
    started.use(HYPNOS)
    with started.configured(""):
        for attempt in (
            ("set-user-password", USER, "secret"),
            ("get-user-sshkeys", USER),
            ("qemu-agent-command", json.dumps({"execute": "guest-exec", "arguments": {"path": "/bin/true"}})),
            ("qemu-agent-command", json.dumps({"execute": "guest-file-open", "arguments": {"path": "/etc/shadow"}})),
        ):
            with pytest.raises(VirshFailed, match="has been disabled"):
                started.virsh(*attempt)


@pytest.mark.parametrize("row", whole_table(), ids=lambda row: row.name)
def test_row(guest: Guest, row: Row) -> None:
    """The effect, or with qemu-ga the error that the page tells of."""
    if row.check.__module__ == "virsh_rows_power" and not DEEP and row.name != "suspend_to_ram":
        pytest.skip("deep tests only")
    if guest.agent == QEMU_GA and row.refusal:
        with pytest.raises(VirshFailed, match=row.refusal):
            row.check(guest)
    else:
        row.check(guest)
