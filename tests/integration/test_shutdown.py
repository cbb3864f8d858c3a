# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""guest-shutdown. What would end the machine is a script in a fake root."""

import pytest
from harness.client import Client
from harness.fake_root import FakeRoot
from harness.waiting import wait_for

ALL = ("usr/bin/systemctl", "sbin/poweroff", "sbin/halt", "sbin/reboot", "sbin/shutdown")


def add_program(root: FakeRoot, path: str, script: str = "") -> None:
    """A program that notes how it was called."""
    directory, _, name = path.rpartition("/")
    root.add_hook(name, f'echo "{path} $*" >>$LOG\n{script}', directory)


def shut_down(client: Client, root: FakeRoot, **arguments: str) -> list[str]:
    """What was called; nothing may be answered."""
    client.request("guest-shutdown", arguments)
    assert client.silent_until_sync(1)
    return root.log()


@pytest.mark.parametrize(
    ("mode", "verb"),
    [({}, "poweroff"), ({"mode": "powerdown"}, "poweroff"), ({"mode": "halt"}, "halt")]
    + [({"mode": "reboot"}, "reboot")],
)
def test_systemd_is_asked_where_it_runs(
    client: Client, root: FakeRoot, mode: dict[str, str], verb: str
) -> None:
    """And is not waited for."""
    root.write("run/systemd/system/x", "")
    for path in ALL:
        add_program(root, path)
    assert shut_down(client, root, **mode) == [f"usr/bin/systemctl {verb} --no-block"]


def test_without_systemd_the_programs_of_the_init_are_called(
    client: Client, root: FakeRoot
) -> None:
    """Such as BusyBox's, which has no shutdown."""
    for path in ALL:
        add_program(root, path)
    assert shut_down(client, root, mode="halt") == ["sbin/halt "]


def test_else_it_is_shutdown(client: Client, root: FakeRoot) -> None:
    """As qemu-ga calls it."""
    add_program(root, "sbin/shutdown")
    assert shut_down(client, root, mode="reboot") == [
        "sbin/shutdown -h -r +0 hypervisor initiated shutdown"
    ]


def test_a_failure_is_told(client: Client, root: FakeRoot) -> None:
    """With what the program says."""
    add_program(root, "sbin/poweroff", "echo no way >&2; exit 4")
    reply = client.ask("guest-shutdown", id="x")
    assert reply["id"] == "x"
    assert reply["error"]["class"] == "GenericError"
    assert reply["error"]["desc"].startswith("child process has failed to shutdown: ")
    assert reply["error"]["desc"].endswith("/sbin/poweroff ended with status 4: no way")


def test_a_guest_without_any_of_them_says_so(client: Client) -> None:
    """And which were looked for."""
    desc = client.error("guest-shutdown")["desc"]
    assert desc.startswith("child process has failed to shutdown: the guest has none of ")
    assert "/sbin/poweroff" in desc
    assert "/sbin/shutdown" in desc


def test_an_unknown_mode_is_qemu_gas_error(client: Client, root: FakeRoot) -> None:
    """And nothing is called."""
    add_program(root, "sbin/poweroff")
    assert client.error("guest-shutdown", {"mode": "off"}) == {
        "class": "GenericError",
        "desc": "mode is invalid (valid values are: halt|powerdown|reboot",
    }
    assert root.log() == []


def test_a_second_one_is_refused_while_the_first_runs(
    client: Client, power: Client, root: FakeRoot
) -> None:
    """And others are served meanwhile."""
    add_program(root, "sbin/poweroff", "while ! test -e $LOG.go; do sleep 0.05; done")
    client.request("guest-shutdown")
    wait_for(root.log, "the program's start")
    power.ping()
    assert "another one runs" in power.error("guest-shutdown")["desc"]
    root.write("log.go", "")
    assert client.silent_until_sync(1)
