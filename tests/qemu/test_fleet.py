# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnosctl and several real guests at once: order, failures, times, Ctrl-C."""

import signal
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
from hypnosctl import DONE, REFUSED, command, guest, know, reports, run
from lab import Vm, wait_until

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]


@pytest.fixture
def directory(guest_directory: Path) -> Path:
    """A guests.d."""
    return guest_directory / "guests.d"


@pytest.fixture
def pair(vm_factory: MakeVm, directory: Path) -> "tuple[Vm, Vm]":
    """A web server and its database, which goes to sleep after it."""
    web, database = vm_factory(), vm_factory()
    know(directory, "web", web.wait_ready())
    know(directory, "db", database.wait_ready(), after="web")
    return web, database


def step(report: "dict[str, Any]", name: str) -> int:
    """When it was, on the host's clock."""
    return int(next(s["at-us"] for s in report["timeline"] if s["name"] == name))


def by_guest(told: "list[dict[str, Any]]") -> "dict[str, dict[str, Any]]":
    """The reports of several guests."""
    return {report["guest"]: report for report in told}


def veto_in(vm: Vm) -> None:
    """Let a hook say no."""
    hook = "/etc/hypnos/sleep.d/50-veto"
    vm.sh(f"mkdir -p /etc/hypnos/sleep.d; printf '#!/bin/sh\\nexit 1\\n' >{hook}").check()
    vm.sh(f"printf '[Hook]\\nRequired=true\\n' >{hook}.conf; chmod 755 {hook}").check()


def test_guests_sleep_in_order_and_wake_the_other_way_round(
    pair: "tuple[Vm, Vm]", directory: Path
) -> None:
    web, database = pair
    known = ["--guests-d", str(directory)]
    status, told, _ = run("suspend", "--all", *known)
    assert status == DONE
    slept = by_guest(told)
    assert {report["outcome"] for report in told} == {"slept"}
    assert step(slept["db"], "requested") > step(slept["web"], "SUSPEND")
    assert [vm.qmp.status() for vm in pair] == ["suspended", "suspended"]
    status, told, _ = run("status", *known)
    assert status == DONE
    assert {report["qemu"]["run-state"] for report in told} == {"suspended"}
    status, told, _ = run("wake", "*", *known)
    assert status == DONE
    woken = by_guest(told)
    assert step(woken["web"], "requested") > step(woken["db"], "agent-answered")
    assert [abs(report["restored"]["clock-offset-ms"]) < 1000 for report in told] == [True, True]
    table = subprocess.run(
        command("timeline", "web", *known), capture_output=True, text=True, timeout=60
    )
    assert table.returncode == DONE
    assert "asleep" in table.stdout


def test_what_depends_on_a_failure_is_skipped_or_all_is_undone(
    pair: "tuple[Vm, Vm]", directory: Path
) -> None:
    web, database = pair
    known = ["--guests-d", str(directory), "--all"]
    veto_in(web)
    status, told, _ = run("suspend", *known)
    assert status == REFUSED
    assert by_guest(told)["web"]["outcome"] == "refused"
    assert by_guest(told)["db"]["error"]["class"] == "skipped"
    assert [vm.qmp.status() for vm in pair] == ["running", "running"]

    web.sh("rm /etc/hypnos/sleep.d/*").check()
    veto_in(database)
    status, told, _ = run("suspend", *known, "--on-failure", "undo")
    assert status == REFUSED
    assert [(report["guest"], report["verb"]) for report in told] == [
        ("web", "suspend"),
        ("db", "suspend"),
        ("web", "wake"),
    ]
    assert [vm.qmp.status() for vm in pair] == ["running", "running"]

    status, told, _ = run("suspend", *known, "--dry-run")
    assert (status, len(told)) == (DONE, 2)
    assert {report["works"] for report in told} == {True}
    assert [vm.qmp.status() for vm in pair] == ["running", "running"]


def test_guests_are_woken_when_their_time_has_come_or_at_an_interrupt(
    pair: "tuple[Vm, Vm]", directory: Path
) -> None:
    known = ["--guests-d", str(directory), "--all"]
    status, told, _ = run("suspend", *known, "--for", "3s")
    assert status == DONE
    assert [report["verb"] for report in told] == ["suspend", "suspend", "wake", "wake"]
    assert [report.get("was-asleep") for report in told[2:]] == [True, True]
    asleep = step(told[2], "requested") - step(told[1], "SUSPEND")
    assert 1_500_000 < asleep < 30_000_000

    line = command("suspend", *known, "--for", "1h", "--json")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as waiting:
        wait_until(lambda: [vm.qmp.status() for vm in pair] == ["suspended"] * 2, 90)
        wait_until(lambda: free_monitors(pair), 30, "the monitors are held while guests sleep")
        waiting.send_signal(signal.SIGINT)
        output, _ = waiting.communicate(timeout=120)
    assert waiting.returncode == DONE
    assert [report["verb"] for report in reports(output)] == ["suspend", "suspend", "wake", "wake"]
    assert [vm.qmp.status() for vm in pair] == ["running", "running"]


def free_monitors(vms: "tuple[Vm, ...]") -> bool:
    """Whether another client is served at the monitors that hypnosctl used."""
    status, told, _ = run("status", *[f"qmp={vm.home.qmp2}" for vm in vms])
    return status == DONE and all(r["qemu"].get("run-state") == "suspended" for r in told)


def test_an_interrupt_calls_off_what_has_not_reached_a_kernel(
    pair: "tuple[Vm, Vm]", directory: Path
) -> None:
    web, _ = pair
    hook = "/etc/hypnos/sleep.d/50-slow"
    web.sh(f"mkdir -p /etc/hypnos/sleep.d; printf '#!/bin/sh\\n>/run/slow; sleep 60\\n' >{hook}").check()
    web.sh(f"chmod 755 {hook}").check()
    line = command("suspend", "--guests-d", str(directory), "--all", "--json")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as suspending:
        wait_until(lambda: web.sh("test -e /run/slow").returncode == 0, 20)
        suspending.send_signal(signal.SIGINT)
        output, _ = suspending.communicate(timeout=60)
    told = by_guest(reports(output))
    assert suspending.returncode == REFUSED
    assert told["web"]["outcome"] == "cancelled"
    assert told["db"]["error"]["class"] == "skipped"
    assert [vm.qmp.status() for vm in pair] == ["running", "running"]


def test_a_waiter_hears_that_somebody_else_woke_the_guest(
    vm_factory: MakeVm, directory: Path
) -> None:
    vm = vm_factory().wait_ready()
    know(directory, "sleeper", vm)
    known = ["sleeper", "--guests-d", str(directory)]
    assert run("suspend", *known)[0] == DONE
    line = command("wake", "--wait", *known, "--json")
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as waiting:
        wait_until(lambda: vm.home.qmp2.exists(), 5)
        vm.qmp.execute("system_wakeup")
        output, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == DONE
    assert reports(output)[0]["record"]["outcome"] == "slept"


def test_what_a_sleep_on_disk_forgets_is_put_back(vm_factory: MakeVm, directory: Path) -> None:
    vm = vm_factory(balloon=True).wait_ready()
    know(directory, "ballooned", vm)
    known = ["ballooned", "--guests-d", str(directory)]
    vm.qmp.execute("balloon", value=200 << 20)
    wait_until(lambda: vm.qmp.execute("query-balloon")["actual"] == 200 << 20, 20)
    status, told, _ = run("suspend", *known, "--to", "disk")
    assert (status, told[0]["outcome"], told[0]["balloon-bytes"]) == (DONE, "slept", 200 << 20)
    vm.wait_exit()
    vm.respawn()
    vm.wait_shell()
    assert vm.qmp.execute("query-balloon")["actual"] == 256 << 20
    status, told, _ = run("wake", *known, "--timeout", "60")
    assert status == DONE
    assert told[0]["restored"]["balloon-bytes"] == 200 << 20
    assert told[0]["restored"]["problems"] == []
    assert vm.qmp.execute("query-balloon")["actual"] == 200 << 20


def test_a_wrong_clock_is_set_after_a_wake(vm_factory: MakeVm, directory: Path) -> None:
    vm = vm_factory().wait_ready()
    know(directory, "late", vm)
    known = ["late", "--guests-d", str(directory)]
    vm.sh("date -s '2020-01-01 00:00:00'").check()
    status, told, _ = run("wake", *known)
    assert (status, told[0]["restored"]["clock-set"]) == (DONE, True)
    assert abs(told[0]["restored"]["clock-offset-ms"]) < 1000
    assert not vm.sh("date +%Y").stdout.startswith("2020")


def test_the_machine_is_examined_as_well(vm_factory: MakeVm) -> None:
    vm = vm_factory(s3=False, kernel_args=("hypnos.noagent",)).wait_ready()
    status, told, _ = run("preflight", guest(vm), "--timeout", "5")
    codes = {finding["code"] for finding in told[0]["findings"]}
    assert status == REFUSED
    assert {"host.s3-off", "host.port-closed"} <= codes
    status, told, _ = run("preflight", guest(vm), "--timeout", "5", "--to", "disk")
    assert "host.disk-cache" in {finding["code"] for finding in told[0]["findings"]}
