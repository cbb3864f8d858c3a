# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest that boots afresh after a disk sleep says that its image was lost."""

import os
from pathlib import Path
from typing import Callable

import pytest
from lab import POWER_PORT, Contents, Image, Vm, build_image, find_kernel, wait_until

pytestmark = pytest.mark.qemu

HOOK = """#!/bin/sh
echo "$1 $2 ${HYPNOS_RESULT:-}" >>/data/hooks.log
"""


@pytest.fixture(scope="session")
def image() -> Image:
    """Guests with a hook, which is there in every boot."""
    agent = "/usr/sbin/hypnos-agent"
    contents = Contents(
        programs={agent: Path(os.environ["HYPNOS_AGENT"])},
        agent=[agent],
        files={"etc/hypnos/sleep.d/10-note": (HOOK, 0o755)},
    )
    return build_image(find_kernel(), contents)


def test_a_cold_boot_after_a_disk_sleep_is_told_and_undone(
    vm_factory: Callable[..., Vm],
) -> None:
    vm = vm_factory(data_mb=64, kernel_args=("hypnos.keepstate",)).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        accepted = power.request("hypnos-suspend", {"mode": "disk"}, id="sleep")
        vm.qmp.wait_event("SUSPEND_DISK")
        vm.wait_exit()

    vm.respawn(kernel_args=("hypnos.keepstate", "hypnos.noswap")).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        print(power.request("hypnos-status"))
        wait_until(lambda: power.request("hypnos-status")["state"] == "idle", 10)
        events = power.request("hypnos-events")["events"]
        print(events)
        lost = [event["data"] for event in events if event["event"] == "HYPNOS_IMAGE_LOST"]
        assert len(lost) == 1
        assert lost[0]["transaction"] == accepted["transaction"]
        assert lost[0]["outcome"] == "image-lost"
        assert lost[0]["mode"] == "disk"
        assert "booted afresh" in lost[0]["error"]
    calls = vm.sh("cat /data/hooks.log").check().split("\n")
    assert [call.strip() for call in calls] == [
        "pre hibernate",
        "post hibernate lost",
    ]
    assert vm.sh("ls /var/lib/hypnos").check() == ""
