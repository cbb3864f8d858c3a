# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who runs hypnos-setup besides people: kernels and initramfs when they change, and dpkg at the end.

A stand-in for it notes how it is called.
"""

from pathlib import Path

import pytest
from chroot import Chroot
from debs import Packages

RECORD = "/var/lib/hypnos/setup.json"
STAND_IN = """#!/bin/sh
echo "$@" >>/called
echo "the swap has gone"
exit {status}
"""
KERNEL = ("6.1.0-1-amd64", "/boot/vmlinuz-6.1.0-1-amd64")
HOOKS = [
    *("/etc/kernel/postinst.d", "/etc/kernel/postrm.d", "/etc/initramfs/post-update.d"),
]
hooks = pytest.mark.parametrize("folder", HOOKS)


class SetUp:
    """A machine with the agent and a hypnos-setup that ends as it is told to; it has not been used."""

    def __init__(self, machine: Chroot, deb: Path) -> None:
        self.machine = machine
        for path in ("/called", RECORD):
            machine.path(path).unlink(missing_ok=True)
        if machine.state_of("hypnos-agent") != "installed":
            machine.install(deb)
        self.ends_with(0)

    def ends_with(self, status: int) -> None:
        """From now on."""
        self.machine.write("/usr/sbin/hypnos-setup", STAND_IN.format(status=status), 0o755)

    def record(self, state: str) -> None:
        """As hypnos-setup writes it."""
        self.machine.write(RECORD, f'{{"version":1,"state":"{state}"}}')

    @property
    def calls(self) -> "list[str]":
        """How it has been called so far."""
        log = self.machine.path("/called")
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def setup(shared_machine: Chroot, packages: Packages) -> SetUp:
    return SetUp(shared_machine, packages.deb("hypnos-agent"))


def boot_changed(setup: SetUp, folder: str) -> "tuple[str, str]":
    """Run hooks as packages of kernels do; what they print."""
    words = [f"--arg={word}" for word in KERNEL]
    done = setup.machine.run("run-parts", "--exit-on-error", *words, folder)
    return done.stdout, done.stderr


@hooks
def test_what_was_set_up_is_looked_at_again(setup: SetUp, folder: str) -> None:
    setup.record("applied")
    output, complaint = boot_changed(setup, folder)
    assert setup.calls == ["verify"]
    assert output == "" and "hypnos-setup apply" not in complaint


@hooks
def test_a_finding_is_told_and_fails_no_kernel(setup: SetUp, folder: str) -> None:
    setup.record("applied")
    setup.ends_with(1)
    output, complaint = boot_changed(setup, folder)
    assert output == ""
    assert "the swap has gone" in complaint and "hypnos-setup apply" in complaint


@pytest.mark.parametrize("state", ["pending", "applying", "undoing", None])
def test_nothing_is_looked_at_that_was_not_set_up(setup: SetUp, state: "str | None") -> None:
    if state:
        setup.record(state)
    for folder in HOOKS:
        assert boot_changed(setup, folder) == ("", "")
    assert setup.calls == []


def test_hooks_that_are_left_behind_are_silent(setup: SetUp) -> None:
    """Configuration files stay until the purge."""
    setup.machine.dpkg("-r", "hypnos-agent")
    setup.record("applied")
    setup.machine.path("/usr/sbin/hypnos-setup").unlink(missing_ok=True)
    for folder in HOOKS:
        assert boot_changed(setup, folder) == ("", "")


def test_removal_takes_back_what_was_set_up(setup: SetUp) -> None:
    setup.record("applied")
    setup.machine.dpkg("-r", "hypnos-agent")
    assert setup.calls == ["undo"]


def test_removal_succeeds_if_that_fails(setup: SetUp) -> None:
    """It says so, and leaves the record for another try, until the purge."""
    setup.record("applied")
    setup.ends_with(1)
    printed = setup.machine.dpkg("-r", "hypnos-agent")
    assert "the swap has gone" in printed and "install hypnos-agent" in printed
    assert setup.machine.state_of("hypnos-agent") == "config-files"
    assert setup.machine.path(RECORD).exists()
    setup.machine.dpkg("-P", "hypnos-agent")
    assert not setup.machine.path(RECORD).exists()


def test_without_a_record_there_is_nothing_to_take_back(setup: SetUp) -> None:
    setup.machine.dpkg("-P", "hypnos-agent")
    assert setup.calls == []


def test_an_upgrade_takes_nothing_back(setup: SetUp, next_packages: Packages) -> None:
    setup.record("applied")
    setup.machine.install(next_packages.deb("hypnos-agent"))
    assert setup.calls == []
    assert setup.machine.path(RECORD).exists()
