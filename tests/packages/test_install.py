# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packages come, are upgraded, and go, in a minimal Debian 12."""

import re
import subprocess
from pathlib import Path

import pytest
from chroot import Chroot
from debs import NEXT_VERSION, Packages

NAMES = ("hypnos-agent", "hypnos-client", "libhypnos-client0")
KERNEL_HOOK = "/etc/kernel/postinst.d/zzz-hypnos"
STATE = (
    *("/var/lib/hypnos/transaction.json", "/var/lib/hypnos/probe", "/var/lib/hypnos/guests/x.json"),
    *("/var/lib/hypnos/setup-at-boot", "/var/lib/hypnos/host/last.json"),
)
"""What the programs leave behind."""
LEFT_BY_REMOVAL = ("/etc/", "/var/lib/hypnos", "/var/lib/systemd/deb-systemd-helper-enabled")


def version_of(machine: Chroot, package: str) -> str:
    """As dpkg has it."""
    return machine.run("dpkg-query", "-W", "-f", "${Version}", package).stdout


def removed(plan: str) -> "set[str]":
    """Packages that apt would remove, by its own words."""
    return set(re.findall(r"^Remv (\S+)", plan, re.M))


def test_the_agent_needs_nothing_of_hosts(packages: Packages, bare_machine: Chroot) -> None:
    """Nor does it recommend any of it."""
    machine = bare_machine
    wish = ("install", "-s", "-o", "APT::Install-Recommends=1")
    plan = machine.apt(*wish, *machine.offer(packages.deb("hypnos-agent")))
    new = set(re.findall(r"^Inst (\S+)", plan, re.M))
    assert "hypnos-agent" in new
    assert not [name for name in new if re.search("virt|qemu|client", name)]
    machine.apt("install", "/debs/" + packages.deb("hypnos-agent").name)
    assert "hypnos-agent" in machine.run("hypnos-agent", "--version").stdout


def test_the_client_brings_its_library(packages: Packages, machine: Chroot) -> None:
    machine.install(packages.deb("hypnos-client"), packages.deb("libhypnos-client0"))
    machine.run("hypnosctl", "--version")
    machine.run("hypnos-hostd", "--version")
    assert machine.state_of("hypnos-agent") == ""


def dependent(directory: Path) -> Path:
    """A package that depends on qemu-guest-agent, as those of clouds do."""
    text = "Package: cloud\nVersion: 1\nArchitecture: all\nMaintainer: nobody\n"
    (directory / "DEBIAN").mkdir(parents=True)
    (directory / "DEBIAN/control").write_text(
        text + "Depends: qemu-guest-agent\nDescription: depends on an agent\n"
    )
    deb = directory.with_suffix(".deb")
    subprocess.run(["dpkg-deb", "-b", directory, deb], check=True, capture_output=True)
    return deb


def test_it_takes_the_place_of_qemu_guest_agent(
    packages: Packages, machine: Chroot, tmp_path: Path
) -> None:
    """For those who depend on it, too; and gives it back."""
    machine.apt("install", "qemu-guest-agent")
    machine.install(dependent(tmp_path / "cloud"))
    wish = machine.offer(packages.deb("hypnos-agent"))
    assert removed(machine.apt("install", "-s", *wish)) == {"qemu-guest-agent"}
    machine.apt("install", *wish)
    assert machine.state_of("qemu-guest-agent") == "config-files"
    assert machine.state_of("cloud") == "installed"
    machine.run("apt-get", "check")

    assert removed(machine.apt("install", "-s", "qemu-guest-agent")) == {"hypnos-agent"}
    machine.apt("install", "qemu-guest-agent")
    assert machine.state_of("hypnos-agent") == "config-files"
    machine.run("apt-get", "check")


def test_upgrade(packages: Packages, next_packages: Packages, machine: Chroot) -> None:
    """What an administrator has changed stays, and so does what the programs know."""
    machine.install(*(packages.deb(name) for name in NAMES))
    machine.write("/etc/hypnos/agent.conf", "[Commands]\nExec=yes\n")
    hook = machine.write(KERNEL_HOOK, "#!/bin/sh\n", 0o755)
    for path in STATE:
        machine.write(path, "{}")
    before = machine.files()
    machine.install(*(next_packages.deb(name) for name in NAMES))
    assert {version_of(machine, name) for name in NAMES} == {NEXT_VERSION}
    assert machine.files() == before
    assert hook.read_text() == "#!/bin/sh\n"


@pytest.mark.parametrize("names", [NAMES[:1], NAMES[1:], NAMES], ids=["guest", "host", "both"])
def test_purge_leaves_nothing(
    packages: Packages, machine: Chroot, names: "tuple[str, ...]"
) -> None:
    """Of the packages and of what their programs write; files that were there are as they were."""
    before = machine.files()
    machine.install(*(packages.deb(name) for name in names))
    installed = machine.files()
    assert {path: installed.get(path) for path in before} == before
    for path in STATE:
        if ("guests" in path or "host" in path) == ("hypnos-client" in names) or len(names) == 3:
            machine.write(path, "{}")
    machine.path("/etc/hypnos").mkdir()
    machine.dpkg("-r", *names)
    left = machine.files().keys() - before.keys()
    assert all(path.startswith(LEFT_BY_REMOVAL) for path in left), left
    machine.dpkg("-P", *names)
    assert machine.files() == before


def test_purge_keeps_what_is_not_ours(packages: Packages, machine: Chroot) -> None:
    machine.install(packages.deb("hypnos-agent"))
    machine.write("/etc/hypnos/agent.conf", "[Commands]\nExec=yes\n")
    machine.write("/var/lib/hypnos/host/last.json", "{}")
    machine.dpkg("-P", "hypnos-agent")
    assert machine.path("/etc/hypnos/agent.conf").exists()
    assert machine.path("/var/lib/hypnos/host/last.json").exists()
