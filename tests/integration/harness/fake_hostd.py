# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A system bus of the test's own, and an org.hypnos.Host1 on it that says what the test wants."""

import json
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gi.repository import Gio, GLib

TOP = Path(__file__).parents[3]
INTERFACE = (TOP / "host-client/hostd/org.hypnos.Host1.xml").read_text()
NAME = "org.hypnos.Host1"
PATH = "/org/hypnos/Host1"
OPERATION = "6f9c1e0a-3b5d-4c55-9a56-0f6f5c1b7e21"

Sleep = dict[str, Any]


def a_sleep(state: str = "ended", **members: Any) -> Sleep:
    """A sleep as hostd tells it and saves it; members with _ for -, None to leave one out."""
    sleep: Sleep = {"operation": OPERATION, "state": state, "target": "mem", "initiator": "host"}
    sleep |= {"backend": "sysfs", "requested-at": 1760000000, "alarm": 1760003720}
    if state in ("restoring", "ended"):
        sleep |= {"outcome": "slept", "text": "", "slept-ms": 3720000, "woken-by": "alarm"}
    sleep |= {name.replace("_", "-"): value for name, value in members.items()}
    return {name: value for name, value in sleep.items() if value is not None}


def as_variant(sleep: Sleep) -> dict[str, GLib.Variant]:
    """For a{sv}."""
    kinds = {str: "s", int: "x"}
    plain = {name: value for name, value in sleep.items() if not isinstance(value, dict)}
    result = {name: GLib.Variant(kinds[type(value)], value) for name, value in plain.items()}
    nested = {name: value for name, value in sleep.items() if isinstance(value, dict)}
    return result | {
        name: GLib.Variant("a{sv}", as_variant(value)) for name, value in nested.items()
    }


class SystemBus:
    """A dbus-daemon that listens where a system bus would below a root."""

    def __init__(self, root: Path, services: Path) -> None:
        directory = root / "run/dbus"
        directory.mkdir(parents=True)
        self.address = f"unix:path={directory}/system_bus_socket"
        (root / "bus.conf").write_text(
            f"<busconfig><listen>{self.address}</listen><auth>EXTERNAL</auth>"
            f"<servicedir>{services}</servicedir><policy context='default'>"
            "<allow send_destination='*'/><allow receive_sender='*'/><allow own='*'/>"
            "</policy></busconfig>"
        )
        self._process = subprocess.Popen(
            ["dbus-daemon", f"--config-file={root}/bus.conf", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stdout.readline()

    def end(self) -> None:
        assert self._process.stdout
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


class FakeHostd:
    """Calls, and what answers them: functions that may tell, answer and refuse."""

    def __init__(self, address: str) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.answers: dict[str, Callable[[FakeHostd], None]] = {}
        self._asked: Gio.DBusMethodInvocation | None = None
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        flags = (
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        )
        self._bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=[ready])
        self._thread.start()
        assert ready.wait(10)

    def _serve(self, ready: threading.Event) -> None:
        self._context.push_thread_default()
        interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
        self._bus.register_object(PATH, interface, self._called, None, None)
        self._ask_the_bus("RequestName", GLib.Variant("(su)", (NAME, 0)))
        ready.set()
        self._loop.run()

    def _ask_the_bus(self, method: str, arguments: GLib.Variant) -> None:
        bus = "org.freedesktop.DBus"
        self._bus.call_sync(bus, "/", bus, method, arguments, None, 0, -1, None)

    def _called(self, *call: Any) -> None:
        method, arguments, self._asked = call[4], call[5], call[6]
        self.calls.append((method, arguments.unpack()))
        self.answers[method](self)

    def accept(self) -> None:
        """The answer to Suspend."""
        self.say("(s)", OPERATION)

    def say(self, kind: str = "()", *values: Any) -> None:
        """Answer."""
        assert self._asked
        self._asked.return_value(GLib.Variant(kind, values))

    def refuse(self, name: str, text: str) -> None:
        """Answer with one of hostd's errors."""
        assert self._asked
        self._asked.return_dbus_error(f"{NAME}.Error.{name}", text)

    def tell(self, sleep: Sleep) -> None:
        """The sleep has reached this state."""
        values = (sleep["operation"], sleep["state"], as_variant(sleep))
        self._emit("OperationChanged", GLib.Variant("(ssa{sv})", values))

    def tell_guest(self, guest: str, state: str, text: str) -> None:
        """Something happened to a guest."""
        self._emit("GuestChanged", GLib.Variant("(ssss)", (OPERATION, guest, state, text)))

    def _emit(self, signal: str, arguments: GLib.Variant) -> None:
        self._bus.emit_signal(None, PATH, NAME, signal, arguments)
        self._bus.flush_sync(None)

    def die(self) -> None:
        """The process ends, as the bus sees it."""
        if not self._bus.is_closed():
            self._bus.close_sync(None)

    def end(self) -> None:
        self.die()
        self._loop.quit()
        self._thread.join()


def save(root: Path, sleep: Sleep) -> None:
    """The sleep that ended last, where HostPower has it."""
    _write(root / "var/lib/hypnos/host/last.json", sleep)


def save_unfinished(root: Path, sleep: Sleep) -> None:
    """The sleep that is under way."""
    _write(root / "var/lib/hypnos/host/operation.json", sleep)


def _write(file: Path, value: Sleep) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".new").write_text(json.dumps(value))
    file.with_suffix(".new").rename(file)
