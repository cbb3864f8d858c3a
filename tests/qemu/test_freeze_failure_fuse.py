# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A task that waits for a dead FUSE daemon keeps the kernel from freezing, and is named."""

from typing import Callable

import pytest
from lab import POWER_PORT, Image, Vm
from states import image_with_programs, sleeps_in_ram, stuck_fuse

pytestmark = pytest.mark.qemu

EBUSY = 16
PATIENCE_MS = 3000


@pytest.fixture
def image() -> Image:
    """The agent, and programs that bring a guest into states no shell can."""
    return image_with_programs()


def test_the_task_that_does_not_freeze_is_in_the_event(vm_factory: Callable[..., Vm]) -> None:
    vm = vm_factory().wait_ready()
    vm.sh(f"echo {PATIENCE_MS} >/sys/power/pm_freeze_timeout").check()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        with stuck_fuse(vm) as pid:
            power.request("hypnos-suspend", {"mode": "ram"}, id="sleep")
            data = power.wait_event("HYPNOS_SUSPEND_FAILED")["data"]
        assert (data["mode"], data["outcome"], data["errno"]) == ("ram", "failed", EBUSY)
        assert data["tasks"] == [{"name": "ls", "pid": pid}]
        assert power.request("guest-ping", id="awake") == {}
    assert vm.qmp.status() == "running"
    sleeps_in_ram(vm)
