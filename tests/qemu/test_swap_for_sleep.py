# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A swap file that is on for disk sleeps only, beside a larger one that is always on and comes first.

All tests use one guest and leave the file off. Hybrid sleeps write the same image as sleeps on disk,
and need no new QEMU.
"""

import json
import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from lab import POWER_PORT, AgentWire, Contents, Image, Vm, build_image, find_kernel, wait_until
from lab.programs import compiled
from preflight import DISK_MODES, findings, only_finding, words

pytestmark = pytest.mark.qemu

deep = pytest.mark.skipif(os.environ.get("HYPNOS_DEEP") != "1", reason="deep tests only")

MakeVm = Callable[..., Vm]

AGENT = "/usr/sbin/hypnos-agent"
SWAP = "/data/swap"
FILE_MB = 200
PAGE = 4096
LIMIT = 8
SLOW = 1 << 20
"""Bytes per second."""

RECORD = "/var/lib/hypnos/setup.json"

HOOK = """#!/bin/sh
echo "$1" >>/run/hooks.log
cat /proc/swaps >>/run/hooks.log
[ "$1" = pre ] || while [ -e /run/slow ]; do usleep 50000; done
"""


@pytest.fixture(scope="module")
def image() -> Image:
    """An agent with a hook that notes which swaps are on."""
    agent = os.environ.get("HYPNOS_AGENT")
    if not agent:
        pytest.skip("HYPNOS_AGENT names no agent")
    programs = {f"/usr/bin/{name}": compiled(name) for name in ("swap_on", "hold_memory")}
    contents = Contents(
        programs={AGENT: Path(agent), **programs},
        agent=[AGENT],
        files={
            "etc/hypnos/sleep.d/10-swaps": (HOOK, 0o755),
            "etc/hypnos/agent.conf": (f"[Sleep]\nSwapOffLimit={LIMIT}\n", 0o644),
        },
    )
    return build_image(find_kernel(), contents)


def record(size: int) -> dict[str, Any]:
    """What hypnos-setup writes after its work."""
    options = {"swap": "file", "file": SWAP, "size": "default", "activation": "hibernate-only"}
    return {
        "version": 1,
        "state": "applied",
        "options": {**options, "fill": False, "boot": "none"},
        "swap": {
            **{"path": SWAP, "kind": "file", "uuid": "1-2", "bytes": size},
            **{"activation": "hibernate-only", "made": True, "resume": "UUID=3"},
        },
        **{"boot-files": [], "files": [], "directories": [], "to-run": []},
    }


def file_offset(vm: Vm) -> int:
    """Where the file begins on the data disk, in pages, by a look from the host."""
    command = ["/sbin/debugfs", "-R", "blocks /swap", vm.home.data]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0])


@pytest.fixture(scope="module")
def guest(shared_vm_factory: MakeVm) -> Vm:
    """The file is made and known to the kernel, and is off; the other swap has a high priority."""
    vm = shared_vm_factory(data_mb=640).wait_ready()
    make = f"dd if=/dev/zero of={SWAP} bs=1M count={FILE_MB} && chmod 600 {SWAP} && mkswap {SWAP}"
    vm.sh(f"{make} && sync && swapoff /dev/vda && swap_on /dev/vda 100", 60).check()
    text = json.dumps(record((FILE_MB << 20) - PAGE))
    vm.sh(f"mkdir -p {Path(RECORD).parent} && echo '{text}' >{RECORD}").check()
    look_at(vm, file_offset(vm))
    return vm


def look_at(vm: Vm, page: int) -> None:
    """Have the kernel look for images there on the data disk."""
    vm.sh(f"echo {page} >/sys/power/resume_offset; echo 254:16 >/sys/power/resume").check()


@pytest.fixture
def vm(guest: Vm) -> Iterator[Vm]:
    """The guest before and after a test: the file is off."""
    assert not is_on(guest)
    guest.sh("rm -f /run/hooks.log /run/slow").check()
    yield guest
    wait_until(lambda: not is_on(guest), 30, "the swap stays on")


def is_on(vm: Vm) -> bool:
    """Whether the file is among the swaps."""
    return SWAP in vm.sh("cat /proc/swaps").check()


def signature(disk: Path, page: int) -> bytes:
    """What a disk says it has there."""
    with disk.open("rb") as image:
        image.seek((page + 1) * PAGE - 10)
        return image.read(10)


def swaps_seen(vm: Vm, phase: str) -> str:
    """Those that were on when the hook ran."""
    text = vm.sh("cat /run/hooks.log").check()
    return text.split(f"{phase}\n", 1)[1].split("post\n")[0]


def connect(vm: Vm) -> AgentWire:
    """To the agent."""
    power = vm.connect(POWER_PORT)
    power.sync(30)
    return power


def suspend(vm: Vm, power: AgentWire, mode: str) -> None:
    """Ask, and wait until the machine sleeps."""
    seen = len(vm.qmp.events)
    assert power.request("hypnos-suspend", {"mode": mode}, timeout=30)["accepted"]
    event = "SUSPEND_DISK" if mode == "disk" else "SUSPEND"
    vm.qmp.wait_event(event, timeout=90, since=seen)


@contextmanager
def hybrid_sleep(vm: Vm) -> Iterator[AgentWire]:
    """A guest that has just been woken, its hook not yet done."""
    vm.sh("touch /run/slow").check()
    with connect(vm) as power:
        suspend(vm, power, "hybrid")
        vm.qmp.wake()
        vm.wait_shell()
        wait_until(lambda: "post" in vm.sh("cat /run/hooks.log").stdout, 30)
        yield power


def finish(vm: Vm, power: AgentWire) -> None:
    """Let the hook end; the sleep was one."""
    told = len(power.events)
    vm.sh("rm /run/slow").check()
    assert power.wait_event("HYPNOS_RESUMED", 30, since=told)["data"]["outcome"] == "slept"


def test_the_image_goes_to_the_swap_that_was_off(vm: Vm) -> None:
    assert words(vm, "disk") == words(vm, "hybrid") == []
    begins = file_offset(vm)
    boot_id = vm.sh("cat /proc/sys/kernel/random/boot_id").check()
    with connect(vm) as power:
        suspend(vm, power, "disk")
        vm.wait_exit()
    assert signature(vm.home.data, begins).startswith(b"S1SUSPEND")
    assert signature(vm.home.swap, 0) == b"SWAPSPACE2"
    vm.respawn(kernel_args=(f"hypnos.resume=data:{begins}",)).wait_shell()
    assert vm.sh("cat /proc/sys/kernel/random/boot_id").check() == boot_id
    wait_until(lambda: not is_on(vm), 30, "the swap stays on")
    assert SWAP not in swaps_seen(vm, "pre")
    assert re.search(rf"{SWAP}\s+file\s.*\s32767$", swaps_seen(vm, "post"))
    assert vm.sh("ls /run/hypnos/swap").returncode != 0
    assert "is off again" in vm.sh("cat /run/agent.log").check()


def test_an_agent_that_is_killed_is_succeeded_by_one_that_switches_it_off(vm: Vm) -> None:
    with hybrid_sleep(vm):
        assert is_on(vm)
        vm.sh("kill -9 $(cat /run/agent.pid); rm /run/slow").check()
    wait_until(lambda: not is_on(vm), 60, "the swap stays on")
    with connect(vm) as power:
        assert power.request("hypnos-status")["last"]["outcome"] == "slept"


def test_one_that_was_on_stays_on(vm: Vm) -> None:
    vm.sh(f"swapon {SWAP}").check()
    with hybrid_sleep(vm) as power:
        finish(vm, power)
    vm.sh("sleep 1").check()
    assert is_on(vm)
    vm.sh(f"swapoff {SWAP}", 60).check()


def throttle(vm: Vm, bytes_per_second: int) -> None:
    """How fast the data disk is; 0: as fast as it can."""
    others = dict.fromkeys(("bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr"), 0)
    limits = {"bps": bytes_per_second, **others}
    vm.qmp.execute("block_set_io_throttle", device="data", **limits)


@contextmanager
def much_in_swap(vm: Vm) -> Iterator[None]:
    """Many processes whose memory the kernel swaps out when it makes an image as small as it can: it
    hears of a signal after each that it has brought back."""
    vm.sh("hold_memory 30 >/dev/null 2>&1 & sleep 1; echo 0 >/sys/power/image_size").check()
    try:
        yield
    finally:
        throttle(vm, 0)
        vm.sh("killall -9 hold_memory")


@deep
def test_a_swapoff_that_takes_long_has_a_limit_and_gives_way_to_a_sleep(vm: Vm) -> None:
    with much_in_swap(vm):
        with hybrid_sleep(vm) as power:
            throttle(vm, SLOW)
            finish(vm, power)
        late = f"cannot switch the swap {SWAP} off: not done in {LIMIT} s"
        log = "cat /run/agent.log"
        wait_until(lambda: late in vm.sh(log).check(), 60, "it has no limit")
        assert is_on(vm)
        throttle(vm, 0)
        with hybrid_sleep(vm) as power:
            throttle(vm, SLOW)
            finish(vm, power)
            vm.sh("touch /run/slow").check()
            told = len(vm.qmp.events)
            assert power.request("hypnos-suspend", {"mode": "hybrid"}, timeout=30)["accepted"]
            throttle(vm, 0)
            vm.qmp.wait_event("SUSPEND", timeout=90, since=told)
            vm.qmp.wake()
            vm.wait_shell()
            assert is_on(vm)
            vm.sh("killall -9 hold_memory").check()
            finish(vm, power)
        wait_until(lambda: not is_on(vm), 60, "the swap stays on")
        assert vm.sh(log).check().count(late) == 1


def test_a_file_that_has_moved_is_refused(vm: Vm) -> None:
    begins = file_offset(vm)
    look_at(vm, begins + 1)
    try:
        for mode in DISK_MODES:
            subject = only_finding(vm, mode, "block swap.offset").subject
            assert f"{SWAP} begins at {begins}" in subject
    finally:
        look_at(vm, begins)


def test_a_file_that_is_gone_is_refused(vm: Vm) -> None:
    vm.sh(f"mv {SWAP} {SWAP}.away").check()
    try:
        subjects = [only_finding_of(vm, mode, "swap.none") for mode in DISK_MODES]
        assert subjects == [f"{SWAP}: not there"] * 2
    finally:
        vm.sh(f"mv {SWAP}.away {SWAP}").check()


def only_finding_of(vm: Vm, mode: str, code: str) -> str:
    """The subject of the finding with this code, beside which the other swap is the wrong one."""
    found = {finding.code: finding.subject for finding in findings(vm, mode)}
    assert found.keys() == {code, "swap.wrong-one"}
    return found[code]
