# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libvirt must not notice that the agent is another one: real libvirtd, real virsh."""

import json
import os
from pathlib import Path
from typing import Any, Iterator

import pytest
from lab import AgentWire, Image
from libvirtd import Libvirtd

pytestmark = pytest.mark.qemu

DOMAIN = "sleeper"


@pytest.fixture
def libvirt(guest_directory: Path) -> Iterator[Libvirtd]:
    """libvirtd; a domain that a test starts ends with it."""
    if os.geteuid() != 0:
        pytest.skip("libvirtd in a mount namespace of its own needs root")
    daemon = Libvirtd(guest_directory / "libvirtd.log")
    yield daemon
    daemon.try_virsh("destroy", DOMAIN)
    daemon.stop()


def agent_command(libvirt: Libvirtd, command: str) -> Any:
    """What qemu-agent-command prints."""
    request = json.dumps({"execute": command})
    return json.loads(libvirt.virsh("qemu-agent-command", DOMAIN, request))["return"]


def test_virsh_puts_the_domain_to_sleep_and_wakes_it(
    libvirt: Libvirtd, image: Image, guest_directory: Path
) -> None:
    """Both channels at once: virsh on one, events flowing on the other."""
    libvirt.start_domain(DOMAIN, image, guest_directory)
    with AgentWire(guest_directory / "power.sock") as power:
        power.wait_event("HYPNOS_READY", timeout=60)
        assert agent_command(libvirt, "guest-ping") == {}
        names = [c["name"] for c in agent_command(libvirt, "guest-info")["supported_commands"]]
        assert "guest-suspend-ram" in names
        boot_id = agent_command(libvirt, "hypnos-status")["boot-id"]

        libvirt.virsh("dompmsuspend", DOMAIN, "mem")
        libvirt.await_state(DOMAIN, "pmsuspended")
        assert power.wait_event("HYPNOS_SUSPENDING")["data"]["mode"] == "ram"
        libvirt.virsh("dompmwakeup", DOMAIN)
        libvirt.await_state(DOMAIN, "running")
        resumed = power.wait_event("HYPNOS_RESUMED")
        assert (resumed["data"]["outcome"], resumed["data"]["boot-id"]) == ("slept", boot_id)
        assert agent_command(libvirt, "hypnos-status")["resume-count"] == 1

        libvirt.virsh("dompmsuspend", DOMAIN, "disk")
        libvirt.await_state(DOMAIN, "shut off")

    libvirt.virsh("start", DOMAIN)
    with AgentWire(guest_directory / "power.sock") as power:
        resumed = power.wait_event("HYPNOS_RESUMED", timeout=60)
        assert (resumed["data"]["mode"], resumed["data"]["boot-id"]) == ("disk", boot_id)
    assert agent_command(libvirt, "hypnos-status")["boot-id"] == boot_id
    assert libvirt.virsh("domstate", DOMAIN) == "running"


def test_virsh_is_told_why_a_domain_cannot_sleep(
    libvirt: Libvirtd, image: Image, guest_directory: Path
) -> None:
    """Where qemu-ga would go to sleep and lose everything."""
    libvirt.start_domain(DOMAIN, image, guest_directory, "hypnos.noswap")
    with AgentWire(guest_directory / "power.sock") as power:
        power.wait_event("HYPNOS_READY", timeout=60)
    refused = libvirt.try_virsh("dompmsuspend", DOMAIN, "disk")
    assert refused.returncode != 0
    assert "swap.none" in refused.stderr
    assert libvirt.virsh("domstate", DOMAIN) == "running"
