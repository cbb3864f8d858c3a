# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real kernel rehearses hibernation: freeze, image, thaw, and no power-off."""

import errno
from typing import Any, Callable

import pytest
from lab import POWER_PORT, AgentWire, Vm, stuck

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]
MIB = 1 << 20
SLOW_MS = 30000
"""Half a second is usual; the machine that plays the guest may be busy."""


def rehearse(port: AgentWire) -> Any:
    """What the agent says of it."""
    return port.request("hypnos-rehearse", id="rehearse", timeout=40)


def check_undisturbed(vm: Vm, port: AgentWire) -> None:
    """The guest goes on, and QEMU never thought otherwise."""
    assert port.request("guest-ping", id="awake") == {}
    assert vm.sh("echo it goes on").check() == "it goes on"
    assert vm.qmp.status() == "running"
    names = {event.name for event in vm.qmp.events}
    assert not names & {"SUSPEND", "SUSPEND_DISK", "WAKEUP", "SHUTDOWN", "STOP"}


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_a_rehearsal_tells_the_size_of_the_image(vm_factory: MakeVm, machine: str) -> None:
    vm = vm_factory(machine=machine).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        for _ in range(2):
            reply = rehearse(power)
            assert reply["works"] is True, reply
            assert 10 * MIB < reply["image-bytes"] < 256 * MIB
            assert 0 < reply["frozen-ms"] <= reply["took-ms"] < SLOW_MS
            assert 1000 * MIB < reply["swap-free-bytes"] <= 1024 * MIB
            assert not {"step", "errno", "tasks", "device", "error"} & reply.keys()
            check_undisturbed(vm, power)
    assert "hibernation: Creating image" in vm.serial_text()


def test_disks_work_after_a_rehearsal(vm_factory: MakeVm) -> None:
    """Their drivers were frozen and restored."""
    vm = vm_factory(data_mb=16).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        assert rehearse(power)["works"] is True
    vm.sh("echo kept >/data/file && sync").check()
    vm.sh("echo 3 >/proc/sys/vm/drop_caches").check()
    assert vm.sh("cat /data/file").check() == "kept"


def test_without_swap_the_image_is_made_but_nothing_can_hold_it(vm_factory: MakeVm) -> None:
    vm = vm_factory(swap_mb=0).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        reply = rehearse(power)
        assert reply["works"] is True
        assert "swap-free-bytes" not in reply
        check_undisturbed(vm, power)


def test_a_task_that_does_not_freeze_is_named(vm_factory: MakeVm) -> None:
    vm = vm_factory(data_mb=16).wait_ready()
    stuck.get_stuck(vm)
    vm.sh(f"{stuck.HOOK} pre").check()
    pid = stuck.pid(vm)
    with vm.connect(POWER_PORT) as power:
        power.sync()
        reply = rehearse(power)
        assert (reply["works"], reply["step"], reply["errno"]) == (False, "freeze", errno.EBUSY)
        assert reply["tasks"] == [{"name": stuck.NAME, "pid": pid}]
        assert f"task {stuck.NAME} (pid {pid}) did not freeze" in reply["error"]
        assert reply["frozen-ms"] == 0 and 3000 <= reply["took-ms"] < 10000
        check_undisturbed(vm, power)
        vm.sh(f"{stuck.HOOK} post").check()
        assert rehearse(power)["works"] is True


def test_somebody_else_at_the_device_is_told(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    holder = vm.sh("sleep 1000 </dev/snapshot >/dev/null 2>&1 & echo $!").check()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        reply = rehearse(power)
        assert (reply["works"], reply["step"], reply["errno"]) == (False, "open", errno.EBUSY)
        assert "another program holds it open" in reply["error"]
        vm.sh(f"kill {holder}").check()
        assert rehearse(power)["works"] is True


def test_a_kernel_that_must_not_hibernate_says_so(vm_factory: MakeVm) -> None:
    vm = vm_factory(kernel_args=("nohibernate",)).wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        reply = rehearse(power)
        assert (reply["works"], reply["step"], reply["errno"]) == (False, "open", errno.EPERM)
        assert "nohibernate" in reply["error"]


def test_a_guest_sleeps_after_a_rehearsal(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        assert rehearse(power)["works"] is True
        power.request("hypnos-suspend", {"mode": "disk"}, id="sleep")
        vm.qmp.wait_event("SUSPEND_DISK", timeout=60)
    assert vm.wait_exit() == 0
