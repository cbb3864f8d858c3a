# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnosctl against real guests: what it says is what happened, and so is its exit status."""

import json
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
from hypnosctl import DIFFERS, DONE, REFUSED, TIMED_OUT, UNREACHABLE, USAGE, command, guest
from lab import AGENT_PORT, POWER_PORT, Vm, wait_until

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

def hypnosctl(*words: str) -> "tuple[int, dict[str, Any], str]":
    """Exit status, the JSON on standard output, and what stands on standard error."""
    done = subprocess.run(command(*words), capture_output=True, text=True, timeout=120)
    report = json.loads(done.stdout) if "--json" in words and done.stdout else {}
    return done.returncode, report, done.stderr


def state_of(name: str) -> str:
    """What the agent says that it does."""
    return str(hypnosctl("status", name, "--json")[1]["agent"]["state"])


@pytest.mark.parametrize("port", [AGENT_PORT, POWER_PORT])
def test_a_ram_sleep_is_proved_and_its_wake_reported(vm_factory: MakeVm, port: str) -> None:
    vm = vm_factory().wait_ready()
    boot_id = vm.sh("cat /proc/sys/kernel/random/boot_id").check()
    status, report, _ = hypnosctl("suspend", guest(vm, port), "--json")
    assert (status, report["outcome"]) == (DONE, "slept")
    assert vm.qmp.status() == "suspended"
    assert [step["name"] for step in report["timeline"]][:3] == [
        "connected",
        "requested",
        "accepted",
    ]
    status, report, _ = hypnosctl("wake", guest(vm, port), "--json")
    assert (status, report["was-asleep"], report["boot-id"]) == (DONE, True, boot_id)
    assert report["record"]["outcome"] == "slept"
    status, report, _ = hypnosctl("status", guest(vm, port), "--json")
    assert (status, report["agent"]["resume-count"]) == (DONE, 1)


def test_a_disk_sleep_is_proved_and_the_next_start_reported(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    status, report, _ = hypnosctl("suspend", guest(vm), "--to", "disk", "--json")
    assert (status, report["outcome"]) == (DONE, "slept")
    vm.wait_exit()
    assert hypnosctl("wake", guest(vm))[0] == UNREACHABLE
    vm.respawn()
    status, woken, _ = hypnosctl("wake", guest(vm), "--json")
    assert (status, woken["was-asleep"]) == (DONE, False)
    assert woken["record"]["transaction"] == report["transaction"]
    assert woken["record"]["outcome"] == "slept"


def test_a_disk_sleep_whose_image_is_lost_is_told_at_the_next_start(vm_factory: MakeVm) -> None:
    vm = vm_factory(data_mb=64, kernel_args=("hypnos.keepstate",)).wait_ready()
    _, report, _ = hypnosctl("suspend", guest(vm), "--to", "disk", "--json")
    vm.wait_exit()
    vm.respawn(kernel_args=("hypnos.keepstate", "hypnos.noswap"))
    status, woken, _ = hypnosctl("wake", guest(vm), "--json")
    assert (status, woken.get("outcome")) == (DIFFERS, "image-lost")
    assert woken["record"]["transaction"] == report["transaction"]
    status, _, complaint = hypnosctl("wake", guest(vm))
    assert (status, complaint.split(":")[1]) == (DIFFERS, " image-lost")


def test_a_request_that_is_called_off_is_cancelled(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    hook = "/etc/hypnos/sleep.d/50-slow"
    vm.sh(f"mkdir -p /etc/hypnos/sleep.d; printf '#!/bin/sh\nsleep 60\n' >{hook}").check()
    vm.sh(f"chmod 755 {hook}").check()
    line = command("suspend", guest(vm), "--json")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as suspend:
        power = f"power={vm.home.port(POWER_PORT)}"
        wait_until(lambda: state_of(power) == "preparing", 10)
        assert hypnosctl("agent", power, "hypnos-cancel")[0] == DONE
        output, _ = suspend.communicate(timeout=60)
    assert (suspend.returncode, json.loads(output)["outcome"]) == (REFUSED, "cancelled")


def test_a_refusal_has_the_reason_and_a_status_of_its_own(vm_factory: MakeVm) -> None:
    vm = vm_factory(s3=False, swap_mb=0).wait_ready()
    for mode, code in [("ram", "pm.s2idle-only"), ("disk", "swap.none")]:
        status, report, _ = hypnosctl("suspend", guest(vm), "--to", mode, "--json")
        assert (status, report["outcome"]) == (REFUSED, "refused")
        assert code in report["text"]


def test_s2idle_that_nobody_wakes_ends_in_time_and_is_not_called_sleep(vm_factory: MakeVm) -> None:
    """QEMU knows nothing of it: where libvirt waits for ever."""
    vm = vm_factory(s3=False).wait_ready()
    status, report, _ = hypnosctl(
        "suspend", guest(vm), "--require", "any", "--timeout", "8", "--json"
    )
    assert (status, report["outcome"]) == (TIMED_OUT, "timed-out")
    assert "s2idle" in report["text"]


def test_a_guest_that_powers_off_instead_has_not_slept(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    hook = "/etc/hypnos/sleep.d/50-off"
    vm.sh(f"mkdir -p /etc/hypnos/sleep.d; printf '#!/bin/sh\\npoweroff -f\\n' >{hook}").check()
    vm.sh(f"chmod 755 {hook}").check()
    status, report, _ = hypnosctl("suspend", guest(vm), "--to", "disk", "--json")
    assert (status, report["outcome"]) == (DIFFERS, "shut-off-without-image")


def test_without_s4_a_disk_sleep_cannot_be_told_from_a_power_off(vm_factory: MakeVm) -> None:
    """It is said before and after, and the guest is not lost."""
    vm = vm_factory(s4=False).wait_ready()
    boot_id = vm.sh("cat /proc/sys/kernel/random/boot_id").check()
    with vm.connect() as agent:
        agent.sync()
        disk = agent.request("hypnos-capabilities", id=1)["modes"][1]
        assert [finding["code"] for finding in disk["findings"]] == ["pm.s4-off"]
    status, report, _ = hypnosctl("suspend", guest(vm), "--to", "disk", "--json")
    assert (status, report["outcome"]) == (DIFFERS, "shut-off-without-image")
    vm.wait_exit()
    vm.respawn().wait_shell()
    assert vm.sh("cat /proc/sys/kernel/random/boot_id").check() == boot_id


def test_an_agent_that_is_not_there_is_unreachable_in_time(vm_factory: MakeVm) -> None:
    vm = vm_factory(kernel_args=("hypnos.noagent",)).wait_ready()
    status, _, complaint = hypnosctl("suspend", guest(vm), "--timeout", "2")
    assert status == UNREACHABLE
    assert "no agent runs in the guest" in complaint
    assert vm.qmp.status() == "running"


def test_a_guest_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    status, _, complaint = hypnosctl("status", f"qmp={tmp_path}/q,agent={tmp_path}/a")
    assert status == UNREACHABLE
    assert hypnosctl("suspend", "agnet=/tmp/a")[0] == USAGE


def test_watch_prints_the_events_of_a_sleep(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    hypnosctl("suspend", guest(vm))
    hypnosctl("wake", guest(vm))
    watch = command("watch", f"power={vm.home.port(POWER_PORT)}")
    done = subprocess.run(
        [*watch, "--json", "--count", "3", "--timeout", "20"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    assert events == ["HYPNOS_READY", "HYPNOS_SUSPENDING", "HYPNOS_RESUMED"]
