# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One QEMU process, from start to end."""

import signal
import subprocess
from dataclasses import replace
from typing import Any

from .agentwire import AgentWire
from .command_line import command_line
from .home import GuestDirectory, make_disks
from .qmp import Qmp
from .shell import Completed, GuestShell
from .spec import AGENT_PORT, Spec
from .stream import Deadline, wait_until

DIE_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
"""Makes the kernel end QEMU when the thread that started it ends."""

READY = "LAB READY"
PANIC = "Kernel panic"


class GuestFailed(Exception):
    """The guest or its QEMU ended while something was expected of it."""


class Vm:
    """A virtual machine; as a context manager it is stopped at the end."""

    def __init__(self, spec: Spec, home: GuestDirectory) -> None:
        self.spec = spec
        self.home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._qmp: Qmp | None = None
        self._shell: GuestShell | None = None
        self._serial_start = 0

    def __enter__(self) -> "Vm":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> "Vm":
        """Start QEMU and connect to its monitor and to the guest's shell."""
        make_disks(self.spec, self.home)
        self._serial_start = len(self._whole_serial_log())
        self._process = self._launch()
        try:
            self._qmp = Qmp(self.home.qmp)
            self._shell = GuestShell(self.home.shell)
        except OSError:
            self.stop()
            raise GuestFailed(self.home.errors.read_text()) from None
        return self

    def respawn(self, **changes: Any) -> "Vm":
        """Start the same machine again: it resumes if it went to S4.

        `changes` to the specification are possible, such as more kernel
        arguments for a resume that is meant to fail. Afterwards `qmp` is a
        new connection, with events of its own.
        """
        self.stop()
        self.spec = replace(self.spec, **changes)
        return self.start()

    def wait_ready(self, timeout: float = 150.0) -> "Vm":
        """Wait for a fresh boot to finish and the shell to answer."""
        deadline = Deadline(timeout)
        self.wait_serial(READY, deadline.left())
        self.wait_shell(deadline.left())
        return self

    def wait_shell(self, timeout: float = 120.0) -> "Vm":
        """Wait until the guest's shell answers: after a boot or any wake."""
        self._connected_shell.hello(Deadline(timeout))
        return self

    def wait_serial(self, text: str, timeout: float = 30.0) -> None:
        """Wait for a text on the console of this process's run."""
        failure = f"no {text!r} on the console"
        wait_until(lambda: text in self._living_serial_text(), timeout, failure)

    def wait_exit(self, timeout: float = 60.0) -> int:
        """Wait for QEMU to end by itself; its exit status."""
        return self._running.wait(timeout)

    def sh(self, command: str, timeout: float = 30.0) -> Completed:
        """Run a shell command in the guest, as root."""
        return self._connected_shell.run(command, timeout)

    def connect(self, port: str = AGENT_PORT, timeout: float = 10.0) -> AgentWire:
        """A connection to whoever listens on a port in the guest."""
        return AgentWire(self.home.port(port), timeout)

    def stop(self) -> None:
        """End QEMU, politely, then by force."""
        for connection in (self._shell, self._qmp):
            if connection:
                connection.close()
        self._shell = self._qmp = None
        if self.alive:
            self._end()

    def kill(self) -> None:
        """End QEMU as a crash would."""
        self._running.kill()
        self._running.wait()

    def freeze(self) -> None:
        """Stop QEMU, as a sleep of the machine it runs on stops all programs."""
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._running.send_signal(signal.SIGCONT)

    @property
    def alive(self) -> bool:
        """Whether the QEMU process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def qmp(self) -> Qmp:
        """The harness's own monitor; programs under test use ``home.qmp2``."""
        if not self._qmp:
            raise GuestFailed("QEMU is not started")
        return self._qmp

    def serial_text(self) -> str:
        """What the console said since this process started."""
        return self._whole_serial_log()[self._serial_start :].decode(errors="replace")

    @property
    def _running(self) -> "subprocess.Popen[bytes]":
        if not self._process:
            raise GuestFailed("QEMU is not started")
        return self._process

    @property
    def _connected_shell(self) -> GuestShell:
        if not self._shell:
            raise GuestFailed("QEMU is not started")
        return self._shell

    def _launch(self) -> "subprocess.Popen[bytes]":
        command = [*DIE_WITH_US, *command_line(self.spec, self.home)]
        with self.home.errors.open("ab") as errors:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)

    def _end(self) -> None:
        self._running.terminate()
        try:
            self._running.wait(5)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()

    def _whole_serial_log(self) -> bytes:
        return self.home.serial.read_bytes() if self.home.serial.exists() else b""

    def _living_serial_text(self) -> str:
        """The console's text; an error if nothing more can come."""
        alive, text = self.alive, self.serial_text()
        if not alive or PANIC in text:
            raise GuestFailed(text[-2000:] or self.home.errors.read_text())
        return text
