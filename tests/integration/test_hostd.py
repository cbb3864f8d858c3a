# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnos-hostd on a bus of the test's own, with python3-dbusmock's logind, and a directory for a host.

The kernel is a file here: what counts as a sleep is what the test writes into it.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gi.repository import Gio, GLib
from harness.fake_hostd import NAME, PATH, SystemBus
from harness.waiting import wait_for

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs/host-dbus.md").read_text()
XML = (TOP / "host-client/hostd/org.hypnos.Host1.xml").read_text()
RTC = "sys/class/rtc/rtc0"
LOGIND = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
MOCK = "org.freedesktop.DBus.Mock"
FILES = {
    "sys/power/state": "freeze mem disk\n",
    "sys/power/mem_sleep": "s2idle [deep]\n",
    "sys/power/disk": "[platform] shutdown reboot suspend\n",
    "sys/power/suspend_stats/success": "4\n",
    f"{RTC}/since_epoch": "1700000000\n",
    f"{RTC}/wakealarm": "",
    f"{RTC}/device/power/wakeup": "enabled\n",
    "proc/sys/kernel/random/boot_id": "11111111-2222-3333-4444-555555555555\n",
}


class Host:
    """A root, a bus, perhaps a logind, and hypnos-hostd."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "services").mkdir()
        for name, text in FILES.items():
            self.write(name, text)
        self.system_bus = SystemBus(root, root / "services")
        self.bus = Gio.DBusConnection.new_for_address_sync(
            self.system_bus.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            None,
            None,
        )
        self.bus.set_exit_on_close(False)
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.system_bus.address}
        self.logind: "subprocess.Popen[bytes] | None" = None
        self.daemon: "subprocess.Popen[str] | None" = None

    def write(self, name: str, text: str) -> None:
        """A file below the root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        """Without white space around it; empty if it is not there."""
        path = self.root / name
        return path.read_text().strip() if path.exists() else ""

    def start_logind(self, **says: str) -> None:
        """dbusmock's; `says` is what CanSuspend and its like answer."""
        command = ["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind"]
        command += ["--parameters", json.dumps(says)] if says else []
        self.logind = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL)
        wait_for(lambda: self.has_owner(LOGIND[0]), "logind")
        methods = [(name, "b", "", "") for name in ("Suspend", "Hibernate", "HybridSleep")]
        body = GLib.Variant("(sa(ssss))", (LOGIND[2], methods))
        self.call(LOGIND[0], LOGIND[1], MOCK, "AddMethods", body)
        getter = GLib.Variant("(ssv)", (LOGIND[2], "PreparingForSleep", GLib.Variant("b", False)))
        try:
            self.call(LOGIND[0], LOGIND[1], MOCK, "AddProperty", getter)
        except GLib.Error:
            pass  # this template has it

    def start(self) -> None:
        """hypnos-hostd."""
        program = Path(os.environ["HYPNOS_BUILD"]) / "host-client/hostd/hypnos-hostd"
        self.daemon = subprocess.Popen(
            [program, "--root", self.root], text=True, stderr=subprocess.PIPE
        )
        wait_for(lambda: self.has_owner(NAME), "hostd")
        if self.logind:
            wait_for(lambda: self.inhibitors(), "its inhibitor")

    def kill(self) -> None:
        """hypnos-hostd, without a word."""
        assert self.daemon
        self.daemon.kill()
        self.daemon.communicate()
        wait_for(lambda: not self.has_owner(NAME), "the end of hostd")

    def end(self) -> None:
        """All of it."""
        for process in (self.daemon, self.logind):
            if process:
                process.kill()
                process.communicate()
        self.system_bus.end()

    def call(
        self, name: str, path: str, interface: str, method: str, body: "GLib.Variant | None" = None
    ) -> Any:
        """The answer, as Python has it."""
        answer = self.bus.call_sync(name, path, interface, method, body, None, 0, 20000, None)
        return answer.unpack()

    def has_owner(self, name: str) -> bool:
        """Whether somebody has that name."""
        bus = "org.freedesktop.DBus"
        body = GLib.Variant("(s)", (name,))
        return bool(self.call(bus, "/org/freedesktop/DBus", bus, "NameHasOwner", body)[0])

    def host(self, method: str, body: "GLib.Variant | None" = None) -> Any:
        """A method of org.hypnos.Host1."""
        return self.call(NAME, PATH, NAME, method, body)

    def suspend(self, target: str = "mem", seconds: int = 60, **options: GLib.Variant) -> str:
        """The operation; without a delay."""
        given = {"delay-ms": GLib.Variant("u", 0)}
        given |= {name.replace("_", "-"): value for name, value in options.items()}
        return str(self.host("Suspend", GLib.Variant("(sta{sv})", (target, seconds, given)))[0])

    def status(self) -> "dict[str, Any]":
        """As D-Bus has it."""
        found: dict[str, Any] = self.host("Status")[0]
        return found

    def state(self) -> str:
        """Of the sleep under way; empty if none is."""
        return str(self.status().get("current", {}).get("state", ""))

    def inhibitors(self) -> "list[tuple[str, str, str, str]]":
        """What, who, why, mode."""
        return [each[:4] for each in self.call(*LOGIND, "ListInhibitors")[0]]

    def inhibit(self, who: str, mode: str) -> None:
        """As another program; for as long as this one lives."""
        body = GLib.Variant("(ssss)", ("sleep", who, "it is busy", mode))
        reply, fds = self.bus.call_with_unix_fd_list_sync(
            *LOGIND, "Inhibit", body, None, 0, 5000, None, None
        )
        self._held = (reply, fds, fds.get(0))

    def logind_calls(self) -> "list[str]":
        """Methods of logind that put to sleep and were called."""
        calls = self.call(LOGIND[0], LOGIND[1], MOCK, "GetCalls")[0]
        return [name for _, name, _ in calls if name in ("Suspend", "Hibernate", "HybridSleep")]

    def prepare_for_sleep(self, start: bool) -> None:
        """logind's signal."""
        arguments = [GLib.Variant("b", start)]
        body = GLib.Variant("(sssav)", (LOGIND[2], "PrepareForSleep", "b", arguments))
        self.call(LOGIND[0], LOGIND[1], MOCK, "EmitSignal", body)

    def count_a_sleep(self) -> None:
        """As the kernel does."""
        self.write("sys/power/suspend_stats/success", "5\n")

    def wait_ended(self, operation: str) -> "dict[str, Any]":
        """The record of it."""
        wait_for(lambda: self.status().get("last", {}).get("operation") == operation, "its end")
        last: dict[str, Any] = self.status()["last"]
        return last


@pytest.fixture
def host() -> Iterator[Host]:
    """Without a logind and without hostd yet."""
    with tempfile.TemporaryDirectory(prefix="host-") as path:
        made = Host(Path(path))
        yield made
        made.end()


@pytest.fixture
def logind(host: Host) -> Host:
    """Both there."""
    host.start_logind()
    host.start()
    return host


def error_of(host: Host, *words: Any, **options: GLib.Variant) -> "tuple[str, str]":
    """Name and text of the error that Suspend answers with."""
    with pytest.raises(GLib.Error) as caught:
        host.suspend(*words, **options)
    name = Gio.DBusError.get_remote_error(caught.value)
    text = caught.value.message.partition(f"{name}: ")[2]
    return name.removeprefix("org.hypnos.Host1.Error."), text


def test_the_examples_of_the_page(logind: Host) -> None:
    """Each command ends well, in the order of the page."""
    commands = [
        line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()
    ]
    assert len(commands) == 9
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], env=logind.environment, capture_output=True, text=True
        )
        expected = 124 if command.startswith("timeout") else 0
        assert done.returncode == expected, (command, done.stderr)
        if "Xml" in command:
            assert "<suspend_mem/>" in done.stdout
        if "Status" in command:
            assert "waiting" in done.stdout
    wait_for(lambda: logind.state() == "", "the end")
    assert logind.status()["last"]["outcome"] == "cancelled"


def test_the_page_has_every_member(logind: Host) -> None:
    members = re.findall(r'<(?:method|signal) name="(\w+)"', XML)
    assert re.findall(r"^\| `([A-Z]\w+)` \|", PAGE, re.M) == members
    told = subprocess.run(
        ["busctl", "introspect", NAME, PATH], env=logind.environment, capture_output=True, text=True
    ).stdout
    for member in members:
        assert f".{member} " in told


def test_a_sleep_through_logind(logind: Host) -> None:
    operation = logind.suspend()
    wait_for(lambda: logind.logind_calls() == ["Suspend"], "the call")
    assert logind.read(f"{RTC}/wakealarm") == "1700000061"
    assert [who for _, who, _, _ in logind.inhibitors()] == ["hypnos-hostd"]
    logind.prepare_for_sleep(True)
    wait_for(lambda: not logind.inhibitors(), "hostd lets go")
    logind.count_a_sleep()
    logind.write(f"{RTC}/since_epoch", "1700000061\n")
    logind.prepare_for_sleep(False)
    sleep = logind.wait_ended(operation)
    assert (sleep["outcome"], sleep["woken-by"], sleep["backend"]) == ("slept", "alarm", "logind")
    wait_for(logind.inhibitors, "the next inhibitor")


@pytest.mark.parametrize(("target", "method"), [("disk", "Hibernate"), ("hybrid", "HybridSleep")])
def test_each_target_has_its_method(logind: Host, target: str, method: str) -> None:
    logind.write("proc/swaps", "Filename Type Size Used Priority\n/dev/vdb partition 8000000 0 -2\n")
    logind.suspend(target)
    wait_for(lambda: logind.logind_calls() == [method], "the call")


def test_s2idle_is_chosen_for_logind_and_put_back(logind: Host) -> None:
    operation = logind.suspend("s2idle")
    wait_for(lambda: logind.logind_calls() == ["Suspend"], "the call")
    assert logind.read("sys/power/mem_sleep") == "s2idle"
    logind.prepare_for_sleep(True)
    wait_for(lambda: not logind.inhibitors(), "hostd lets go")
    logind.count_a_sleep()
    logind.prepare_for_sleep(False)
    assert logind.wait_ended(operation)["outcome"] == "s2idle"
    assert logind.read("sys/power/mem_sleep") == "deep"


def test_a_sleep_that_logind_called_off_has_failed(logind: Host) -> None:
    operation = logind.suspend()
    wait_for(lambda: logind.logind_calls() == ["Suspend"], "the call")
    logind.prepare_for_sleep(True)
    logind.prepare_for_sleep(False)
    assert logind.wait_ended(operation)["outcome"] == "failed"
    assert logind.read(f"{RTC}/wakealarm") == "0"


@pytest.mark.parametrize("answer", ["no", "na"])
def test_what_logind_cannot_do_is_refused(host: Host, answer: str) -> None:
    host.start_logind(CanSuspend=answer)
    host.start()
    name, text = error_of(host)
    assert name == "Refused" and f"logind answers '{answer}'" in text
    assert host.host("Capabilities")[1][0][1] is False


def test_challenge_is_no_refusal(host: Host) -> None:
    host.start_logind(CanSuspend="challenge")
    host.start()
    host.suspend()


def test_a_block_inhibitor_is_named_and_a_delay_is_not(logind: Host) -> None:
    logind.inhibit("Editor", "delay")
    logind.suspend(delay_ms=GLib.Variant("u", 60000))
    logind.host("Cancel", GLib.Variant("(s)", ("",)))
    logind.inhibit("Backup", "block")
    name, text = error_of(logind)
    assert name == "Refused" and "Backup" in text and "it is busy" in text
    logind.suspend(force=GLib.Variant("b", True))


def test_a_logind_that_comes_later_is_watched(host: Host) -> None:
    host.start()
    host.start_logind()
    wait_for(host.inhibitors, "its inhibitor")


def test_a_logind_that_dies_in_the_middle_ends_the_sleep(logind: Host) -> None:
    operation = logind.suspend()
    wait_for(lambda: logind.logind_calls() == ["Suspend"], "the call")
    logind.prepare_for_sleep(True)
    assert logind.logind
    logind.logind.kill()
    assert logind.wait_ended(operation)["outcome"] == "failed"


def test_without_logind_the_kernel_is_asked(host: Host) -> None:
    host.start()
    operation = host.suspend()
    sleep = host.wait_ended(operation)
    assert host.read("sys/power/state") == "mem"
    assert sleep["backend"] == "sysfs"
    assert "without having slept" in sleep["text"], "it is a file"


def test_errors_by_name(logind: Host) -> None:
    assert error_of(logind, "ram") == (
        "Usage",
        "there is no target 'ram': mem, disk, hybrid or s2idle",
    )
    assert error_of(logind, "mem", 59)[0] == "Refused"
    first = logind.suspend(delay_ms=GLib.Variant("u", 60000))
    name, text = error_of(logind)
    assert name == "Refused" and first in text


def test_a_configuration_that_is_wrong_is_told(host: Host) -> None:
    host.write("etc/hypnos/hostd.conf", "[Guests]\nOnHostSleep=perhaps\n")
    program = Path(os.environ["HYPNOS_BUILD"]) / "host-client/hostd/hypnos-hostd"
    done = subprocess.run([program, "--root", host.root], capture_output=True, text=True, timeout=10)
    assert done.returncode == 78
    assert "hostd.conf" in done.stderr and "suspend-ram" in done.stderr


def test_a_second_hostd_ends(logind: Host) -> None:
    program = Path(os.environ["HYPNOS_BUILD"]) / "host-client/hostd/hypnos-hostd"
    done = subprocess.run(
        [program, "--root", logind.root], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 1 and "org.hypnos.Host1" in done.stderr
    assert logind.status() == {"guests": []}


def test_sigterm_calls_off_what_waits(logind: Host) -> None:
    operation = logind.suspend(delay_ms=GLib.Variant("u", 60000))
    assert logind.daemon
    logind.daemon.send_signal(signal.SIGTERM)
    assert logind.daemon.wait(20) == 0
    last = json.loads(logind.read("var/lib/hypnos/host/last.json"))
    assert (last["operation"], last["outcome"]) == (operation, "cancelled")


def test_killed_while_it_waits_the_next_one_ends_it(logind: Host) -> None:
    operation = logind.suspend(delay_ms=GLib.Variant("u", 60000))
    logind.kill()
    logind.start()
    assert logind.wait_ended(operation)["outcome"] == "cancelled"


def test_killed_with_the_alarm_set_the_next_one_puts_the_other_alarm_back(logind: Host) -> None:
    logind.write(f"{RTC}/wakealarm", "1700003600\n")
    operation = logind.suspend()
    wait_for(lambda: logind.logind_calls() == ["Suspend"], "the call")
    assert logind.read(f"{RTC}/wakealarm") == "1700000061"
    logind.kill()
    logind.start()
    assert logind.wait_ended(operation)["outcome"] == "failed"
    assert logind.read(f"{RTC}/wakealarm") == "1700003600"


def test_wait_for_guests_answers_at_once_when_none_is_on_its_way(logind: Host) -> None:
    begun = time.monotonic()
    logind.host("WaitForGuests")
    assert time.monotonic() - begun < 5
