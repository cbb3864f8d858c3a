# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent's process."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from .client import Client
from .fake_root import FakeRoot
from .waiting import PATIENCE


class Agent:
    """A running hypnos-agent with a fake root. `start` returns when it says that it is ready."""

    def __init__(
        self,
        binary: str,
        root: FakeRoot,
        arguments: list[str] | None = None,
        more: list[str] | None = None,
    ) -> None:
        self.root = root
        self.socket = root.path / "qemu.sock"
        self.power_socket = root.path / "power.sock"
        self.log = root.path / "agent.log"
        self._command = [binary, "--root", str(root.path)] + (
            arguments
            if arguments is not None
            else ["-m", "unix-listen", "-p", str(self.socket)]
            + ["--power-path", str(self.power_socket)]
        ) + (more or [])
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Agent":
        """Start and wait for READY=1."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind("")  # the kernel picks an abstract name
            name = "@" + notified.getsockname()[1:].decode()
            self.spawn({"NOTIFY_SOCKET": name})
            notified.settimeout(PATIENCE)
            try:
                assert notified.recv(4096).startswith(b"READY=1\n")
            except TimeoutError:
                raise AssertionError(f"the agent does not get ready: {self.log_text()}") from None
        return self

    def spawn(self, environment: dict[str, str]) -> None:
        """Start and do not wait."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env={**os.environ, "G_DEBUG": "fatal-criticals", **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process
        return self._process.pid

    def log_text(self) -> str:
        """What it has printed."""
        return self.log.read_text(errors="replace")

    def connect(self, judged: bool = True) -> Client:
        """A client on the port that speaks QEMU's protocol."""
        return Client.unix(self.socket, judged)

    def connect_power(self) -> Client:
        """A client on the port with events."""
        return Client.unix(self.power_socket)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Its exit status."""
        assert self._process
        return self._process.wait(seconds)

    def terminate(self, seconds: float = 1.0) -> int:
        """End it as a service manager does; its exit status."""
        os.kill(self.pid, signal.SIGTERM)
        return self.wait(seconds)

    def kill(self) -> None:
        """End it with no chance to tidy up."""
        assert self._process
        self._process.kill()
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """End it if it still runs, however it can be ended."""
        if self._process and self._process.poll() is None:
            self.kill()

    def died_by_itself(self) -> bool:
        """Whether it crashed."""
        ended = self._process.poll() if self._process else None
        return ended is not None and ended < 0 and ended != -signal.SIGKILL

    def peak_kib(self) -> int:
        """The most memory it ever had resident."""
        return int(self._status("VmHWM").split()[0])

    def resident_kib(self) -> int:
        """The memory it has resident now."""
        return int(self._status("VmRSS").split()[0])

    def context_switches(self) -> int:
        """How often it has gone to sleep, which is how often it was woken."""
        return int(self._status("voluntary_ctxt_switches"))

    def cpu_ticks(self) -> int:
        """Processor time used, in clock ticks."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def _status(self, name: str) -> str:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return line.partition(":")[2].strip()
        raise KeyError(name)
