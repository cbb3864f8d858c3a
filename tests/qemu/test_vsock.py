# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent on vsock, over the loopback of a guest: no hypervisor support is needed for that."""

import os
from pathlib import Path
from typing import Callable

import pytest
from lab import Contents, Image, Vm, build_image, find_kernel, wait_until

pytestmark = pytest.mark.qemu

REQUESTS = (
    '{"execute": "guest-sync", "arguments": {"id": 7}} {"execute": "hypnos-status", "id": "vsock"}'
)


@pytest.fixture(scope="module")
def image() -> Image:
    """Guests whose agent listens on vsock, with socat for a client."""
    agent = "/usr/sbin/hypnos-agent"
    programs = {agent: Path(os.environ["HYPNOS_AGENT"]), "/usr/bin/socat": Path("/usr/bin/socat")}
    command = [agent, "-m", "vsock-listen", "-p", "1:1234"]
    return build_image(find_kernel(), Contents(programs=programs, agent=command))


def test_the_agent_serves_on_vsock(vm_factory: Callable[..., Vm]) -> None:
    vm = vm_factory(only_ports=()).wait_ready()
    answer = vm.sh(f"echo '{REQUESTS}' | socat -t 5 - VSOCK-CONNECT:1:1234").check()
    first, second = answer.splitlines()
    assert first == '{"return":7}'
    assert '"state":"idle"' in second and '"id":"vsock"' in second


def test_programs_in_the_guest_are_not_served_where_the_host_is_meant(
    vm_factory: Callable[..., Vm],
) -> None:
    vm = vm_factory(only_ports=(), kernel_args=("hypnos.noagent",)).wait_ready()
    vm.sh("/usr/sbin/hypnos-agent -m vsock-listen -p any:1234 >/run/agent.log 2>&1 & echo").check()
    wait_until(lambda: vm.sh("ls /run/hypnos/events.json").returncode == 0)
    refused = vm.sh(f"echo '{REQUESTS}' | socat -t 2 - VSOCK-CONNECT:1:1234")
    assert "return" not in refused.stdout
