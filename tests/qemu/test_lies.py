# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnosctl and real guests that do not do what they were asked: it says what QEMU saw.

tests/integration/test_lies.py has the table of all lies, with peers that are made up.
"""

import json
import os
import subprocess
import time
from typing import Any, Callable, Iterator

import crashing
import pytest
from crashing import NEVER, Patient, Scenario
from lab import AGENT_PORT, Vm

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]
Told = tuple[int, dict[str, Any]]

DONE, FAILED, USAGE, UNREACHABLE, REFUSED, TIMED_OUT, DIFFERS = range(7)
LIMIT = 8

DEATHS = {
    "Inspect done": {"timed-out"},
    "Accept": {"failed", "timed-out"},
    "Accept done": {"failed"},
    "Announce done": {"failed"},
    "EnterSleep": {"failed"},
    "EnterSleep done": {"failed", "slept"},
    "Refresh": {"slept"},
    "Report": {"slept"},
    "Report done": {"slept"},
    "Forget done": {"slept"},
}
"""Where the agent is killed, and what may come of it. Before it has noted the request there is
nothing to tell; when the kernel is asked already, it may be too late to stop it."""


class Asked:
    """A hypnosctl that waits for the end of a sleep."""

    def __init__(self, vm: Vm, *words: str) -> None:
        name = f"qmp={vm.home.qmp2},agent={vm.home.port(AGENT_PORT)}"
        command = [os.environ["HYPNOSCTL"], *words, name, "--timeout", str(LIMIT), "--json"]
        self._begun = time.monotonic()
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def told(self) -> Told:
        """Exit status and report; it must come in time."""
        output, _ = self._process.communicate(timeout=60)
        assert time.monotonic() - self._begun < LIMIT + 4
        return self._process.returncode, json.loads(output) if output else {}


def with_hook(vm: Vm, script: str) -> Vm:
    """A hook that runs before the sleep."""
    hook = "/etc/hypnos/sleep.d/50-hook"
    vm.sh(f"mkdir -p /etc/hypnos/sleep.d; printf '#!/bin/sh\\n{script}\\n' >{hook}").check()
    vm.sh(f"chmod 755 {hook}").check()
    return vm


def boot_id(vm: Vm) -> str:
    return vm.sh("cat /proc/sys/kernel/random/boot_id").check()


@pytest.fixture(scope="module")
def patient(shared_vm_factory: MakeVm) -> Iterator[Patient]:
    """A guest whose agent dies again and again."""
    yield Patient(shared_vm_factory(image=crashing.image(), data_mb=64).wait_ready())


@pytest.fixture(scope="module")
def points(patient: Patient) -> list[str]:
    """Where an agent can be killed."""
    return patient.crash(Scenario(crashing.suspend("ram")), (NEVER,)).points


@pytest.mark.parametrize("death", DEATHS)
def test_the_agent_is_killed_and_no_sleep_is_made_up(
    patient: Patient, points: list[str], death: str
) -> None:
    asked: list[Asked] = []
    ask = Scenario(lambda p, _: asked.append(Asked(p.vm, "suspend")))
    number = points.index(f"effect {death}") + 1
    after = patient.crash(ask, (number,))
    status, report = asked[0].told()
    outcome = report["outcome"]
    assert outcome in DEATHS[death], report
    assert (outcome == "slept") == after.slept, report
    assert status == {"slept": DONE, "failed": FAILED, "timed-out": TIMED_OUT}[outcome]


def test_s2idle_is_not_called_sleep_in_ram(vm_factory: MakeVm) -> None:
    """It was allowed, and it is told."""
    vm = vm_factory(s3=False).wait_ready()
    asked = Asked(vm, "suspend", "--require", "any")
    vm.wait_serial("suspend entry (s2idle)")
    time.sleep(2)  # nothing tells from outside that it sleeps
    vm.qmp.execute("system_powerdown")
    status, report = asked.told()
    assert (status, report["outcome"]) == (DONE, "s2idle"), report
    assert report["record"]["outcome"] == "s2idle"
    assert vm.qmp.find("SUSPEND", 0) is None


def test_a_power_off_is_no_sleep_in_ram(vm_factory: MakeVm) -> None:
    vm = with_hook(vm_factory().wait_ready(), "poweroff -f")
    status, report = Asked(vm, "suspend").told()
    assert (status, report["outcome"]) == (DIFFERS, "shut-off-without-image")


@pytest.mark.parametrize("mode", ["ram", "disk"])
def test_a_qemu_that_is_killed_has_no_image(vm_factory: MakeVm, mode: str) -> None:
    vm = with_hook(vm_factory().wait_ready(), "echo LAB HOOK >/dev/ttyS0; sleep 60")
    asked = Asked(vm, "suspend", "--to", mode)
    vm.wait_serial("LAB HOOK")
    vm.kill()
    status, report = asked.told()
    assert (status, report["outcome"]) == (DIFFERS, "shut-off-without-image"), report
    assert Asked(vm, "wake").told()[0] == UNREACHABLE


def test_a_qemu_that_is_killed_in_the_sleep_cannot_be_woken(vm_factory: MakeVm) -> None:
    vm = vm_factory().wait_ready()
    assert Asked(vm, "suspend").told()[0] == DONE
    vm.kill()
    assert Asked(vm, "wake").told()[0] == UNREACHABLE


def test_a_boot_afresh_without_any_record_is_not_called_a_resume(vm_factory: MakeVm) -> None:
    """The agent's state went with the image; the boot id tells."""
    vm = vm_factory().wait_ready()
    _, asleep = Asked(vm, "suspend", "--to", "disk").told()
    assert asleep["outcome"] == "slept"
    vm.wait_exit()
    vm.respawn(kernel_args=("hypnos.noswap",)).wait_ready()
    assert boot_id(vm) != asleep["boot-id"]
    _, woken = Asked(vm, "wake").told()
    assert woken["boot-id"] == boot_id(vm)
    assert woken.get("outcome") in (None, "image-lost")
    assert "slept-ms" not in woken
