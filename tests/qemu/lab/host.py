# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian 12 that plays the host, and a guest that it takes for its own.

A guest emulated inside an emulated host takes more than five minutes to boot, and is so slow
that its agent refuses to sleep. So `inner`, the lab's small guest, runs beside the host: its sockets
are in the host's /run/inner, and a test freezes its QEMU as long as the host sleeps, as the kernel
freezes all programs.
"""

import json
import shlex
import time
from pathlib import Path
from typing import Any

from .debian import add_unit, debian_image, enable
from .home import GuestDirectory
from .initramfs import Image
from .spec import AGENT_PORT, POWER_PORT, Spec
from .stream import wait_until
from .vm import Vm

RUN = "/run/inner"
ALARM = "/sys/class/rtc/rtc0/wakealarm"
BUS = "org.hypnos.Host1 /org/hypnos/Host1 org.hypnos.Host1"
DISKS_AND_SLEEP = ("root=/dev/vdb", "rw", "net.ifnames=0", "resume=/dev/vda")
"""Kernel arguments: the lab's swap disk is the first one, the root disk comes after it."""

GUEST_FILE = f"[Guest]\nQmp={RUN}/qmp.sock\nPower={RUN}/power.sock\n"
NETWORK = "[Match]\nName=eth0\n[Network]\nAddress=10.0.2.15/24\nIPv6AcceptRA=no\nLinkLocalAddressing=no\n"
PROXY = "[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd {address}\n"
SOCKET = "[Socket]\nListenStream={path}\n[Install]\nWantedBy=sockets.target\n"
FORWARDED = "10.0.2.100"
"""Where the host finds the sockets of the guests beside it, by port."""


def host_image(build: Path, disk: Path) -> Image:
    """What the host boots; `disk` becomes its root disk. hypnos-hostd is enabled in it."""

    def add(root: Path) -> None:
        guests = root / "etc/hypnos/guests.d"
        guests.mkdir(parents=True)
        (guests / "inner.conf").write_text(GUEST_FILE)
        (root / "etc/systemd/network/eth0.network").write_text(NETWORK)
        for port, name in enumerate(("qmp", "power", "agent"), start=1):
            socket = SOCKET.format(path=f"{RUN}/{name}.sock")
            add_unit(root, f"inner-{name}.socket", socket, wanted_by="sockets.target")
            add_unit(root, f"inner-{name}.service", PROXY.format(address=f"{FORWARDED}:{port}"))
        enable(root, "systemd-networkd.service")
        enable(root, "hypnos-hostd.service")

    return debian_image(build, disk, add=add)


def network_args(inner: GuestDirectory) -> "tuple[str, ...]":
    """QEMU's arguments for the host's network, which is nothing but the inner guest's sockets."""
    sockets = (inner.qmp2, inner.port(POWER_PORT), inner.port(AGENT_PORT))
    forwards = (
        f"guestfwd=tcp:{FORWARDED}:{port}-cmd:socat - UNIX-CONNECT:{path}"
        for port, path in enumerate(sockets, start=1)
    )
    netdev = ",".join(("user,id=inner,restrict=on", *forwards))
    return ("-netdev", netdev, "-device", "virtio-net-pci,netdev=inner")


class Host:
    """The host, its guest, and what a test does with both."""

    def __init__(self, vm: Vm, inner: Vm) -> None:
        self.vm = vm
        self.inner = inner

    def set_up(self) -> "Host":
        """After a fresh boot: swap, and both daemons answer."""
        self.vm.wait_ready(timeout=300)
        self.sh("mkswap /dev/vda && swapon /dev/vda && cat /sys/block/vda/dev >/sys/power/resume")
        self.inner.wait_ready()
        answers = "hypnosctl host status && busctl --auto-start=no status org.hypnos.Host1"
        wait_until(lambda: not self.vm.sh(answers, 30).returncode, 60, "hypnos-hostd is not there")
        wait_until(self.inner_answers, 60, "the inner guest is out of reach")
        return self

    def sh(self, command: str, timeout: float = 60) -> str:
        """The output of a command that must succeed."""
        return self.vm.sh(command, timeout).check()

    def begin(self, name: str, *command: str) -> None:
        """Start a command as a unit of systemd."""
        self.sh(f"systemd-run --collect --unit={name} {shlex.join(command)}")

    def status(self) -> "dict[str, Any]":
        """`hypnosctl host status --json`."""
        found: dict[str, Any] = json.loads(self.sh("hypnosctl host status --json"))
        return found

    def wait_state(self, state: str, timeout: float = 30) -> None:
        """Until the sleep under way has reached it."""

        def reached() -> bool:
            return bool(self.status().get("current", {}).get("state") == state)

        wait_until(reached, timeout, f"it does not come to {state}")

    def wait_over(self, operation: str = "", timeout: float = 90) -> "dict[str, Any]":
        """The last sleep's record, once none is under way."""

        def over() -> bool:
            status = self.status()
            last = status.get("last") or {}
            return not status.get("current") and operation in ("", last.get("operation"))

        wait_until(over, timeout, "the sleep does not end")
        last: dict[str, Any] = self.status()["last"]
        return last

    def alarm(self) -> "int | None":
        """Of the RTC, in its seconds."""
        text = self.sh(f"cat {ALARM}")
        return int(text) if text else None

    def set_alarm(self, ahead: "int | None") -> "int | None":
        """One of another program's, so many seconds ahead; None: there is none."""
        self.sh(f"echo 0 >{ALARM}")
        if ahead is None:
            return None
        self.sh(f"echo +{ahead} >{ALARM}")
        return self.alarm()

    def sleep_through(self, since: int, timeout: float = 60) -> float:
        """From a sleep in RAM to the wake that the host finds itself; seconds between them."""
        asleep = self.vm.qmp.wait_event("SUSPEND", timeout, since)
        self.inner.freeze()
        try:
            awake = self.vm.qmp.wait_event("WAKEUP", 200, since)
        finally:
            self.inner.thaw()
        self.vm.wait_shell(120)
        return awake.happened - asleep.happened

    def sleep_on_disk(self, timeout: float = 120) -> None:
        """From a sleep on disk to the resumed host, some seconds later."""
        self.vm.wait_exit(timeout)
        self.inner.freeze()
        try:
            time.sleep(3)
            self.vm.respawn()
            self.vm.wait_shell(200)
        finally:
            self.inner.thaw()

    def inner_answers(self) -> bool:
        """Whether the host reaches its agent."""
        ask = f"timeout 20 hypnosctl status agent={RUN}/agent.sock --json"
        return '"state":"idle"' in self.vm.sh(ask, timeout=60).stdout

    def inner_sleeps(self) -> int:
        """How often it has slept since it booted."""
        with self.inner.connect() as agent:
            agent.sync(30)
            count: int = agent.request("hypnos-status")["resume-count"]
        return count

    def inner_clock_error(self) -> float:
        """Seconds by which it is off for certain: it tells whole ones, and asking takes time."""
        before = time.time()
        told = int(self.inner.sh("date +%s").check())
        return max(before - (told + 1), told - time.time(), 0.0)


def host_spec(image: Image, disk_args: "tuple[str, ...]", inner: Vm) -> "dict[str, Any]":
    """The fields of the host's `Spec`: it is no guest of anybody who could ask its agent."""
    return {
        "image": image,
        "memory_mb": 768,
        "swap_mb": 1536,
        "only_ports": (),
        "kernel_args": DISKS_AND_SLEEP,
        "qemu_args": (*disk_args, *network_args(inner.home)),
    }
