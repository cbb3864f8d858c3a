# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian 12 that plays the host: a virtual machine that has one of its own, `inner`.

The inner one is the lab's small guest, emulated by an emulated machine, and so slow: it is given
time, and nothing is measured by it.
"""

import json
import shlex
import shutil
from pathlib import Path
from typing import Any, Callable

from .debian import KERNEL_ARGS, debian_host_image, root_disk_args
from .initramfs import Image, agent_image
from .spec import AGENT_PORT, POWER_PORT
from .stream import wait_until
from .vm import Vm

INNER_BOOT = 240
"""Seconds."""
RUN = "/run/inner"
ALARM = "/sys/class/rtc/rtc0/wakealarm"
CALL = "busctl call org.hypnos.Host1 /org/hypnos/Host1 org.hypnos.Host1"

GUEST_FILE = f"[Guest]\nQmp={RUN}/qmp.sock\nPower={RUN}/power.sock\n"

INNER_KERNEL_ARGS = (
    f"console=ttyS0 quiet no_timer_check tsc=reliable mitigations=off nokaslr "
    f"hypnos.noswap hypnos.ports={AGENT_PORT},{POWER_PORT}"
)


def host_image(build: Path, agent: Path, disk: Path) -> Image:
    """What the host boots; `disk` becomes its root disk. hypnos-hostd is enabled in it."""
    inner = agent_image(agent)

    def add(root: Path) -> None:
        home = root / "opt/inner"
        home.mkdir(parents=True)
        shutil.copy(inner.kernel.image, home / "vmlinuz")
        shutil.copy(inner.initramfs, home / "initramfs")
        guests = root / "etc/hypnos/guests.d"
        guests.mkdir(parents=True)
        (guests / "inner.conf").write_text(GUEST_FILE)
        (root / "etc/systemd/system/inner.service").write_text(_inner_service())
        _enable(root, "inner.service", "hypnos-hostd.service")

    return debian_host_image(build, disk, add)


def _enable(root: Path, *units: str) -> None:
    """As systemctl enable does, of units wherever they are installed."""
    wanted = root / "etc/systemd/system/multi-user.target.wants"
    for unit in units:
        found = next(path for path in root.rglob(f"systemd/system/{unit}"))
        (wanted / unit).symlink_to(Path("/") / found.relative_to(root))


def _inner_service() -> str:
    """Its QEMU as a unit: what it says on its console is in /run/inner/console."""
    command = [
        *("/usr/bin/qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
        *("-machine", "pc", "-accel", "tcg,thread=single", "-cpu", "max", "-m", "160"),
        *("-kernel", "/opt/inner/vmlinuz", "-initrd", "/opt/inner/initramfs"),
        *("-append", INNER_KERNEL_ARGS, "-global", "PIIX4_PM.disable_s3=0"),
        *("-qmp", f"unix:{RUN}/qmp.sock,server=on,wait=off"),
        *("-qmp", f"unix:{RUN}/qmp2.sock,server=on,wait=off"),
        *("-serial", f"file:{RUN}/console", "-device", "virtio-serial-pci"),
        *_port("agent", AGENT_PORT),
        *_port("power", POWER_PORT),
    ]
    return (
        "[Unit]\nBefore=hypnos-hostd.service\n[Service]\nRuntimeDirectory=inner\n"
        f"ExecStart={shlex.join(command)}\n"
    )


def _port(short: str, name: str) -> "list[str]":
    return [
        *("-chardev", f"socket,id={short}c,path={RUN}/{short}.sock,server=on,wait=off"),
        *("-device", f"virtserialport,id={short},chardev={short}c,name={name}"),
    ]


class Host:
    """What a test does in the host."""

    def __init__(self, vm: Vm) -> None:
        self.vm = vm

    def sh(self, command: str, timeout: float = 60) -> str:
        """The output of a command that must succeed."""
        return self.vm.sh(command, timeout).check()

    def status(self) -> "dict[str, Any]":
        """`hypnosctl host status --json`."""
        found: dict[str, Any] = json.loads(self.sh("hypnosctl host status --json"))
        return found

    def last(self) -> "dict[str, Any]":
        """The last sleep that ended; empty if none has."""
        found: dict[str, Any] = self.status().get("last", {})
        return found

    def alarm(self) -> "int | None":
        """Of the RTC, in its seconds."""
        text = self.sh(f"cat {ALARM}")
        return int(text) if text else None

    def rtc(self) -> int:
        """The RTC's time."""
        return int(self.sh("cat /sys/class/rtc/rtc0/since_epoch"))

    def set_alarm(self, ahead: "int | None") -> "int | None":
        """One of another program's, so many seconds ahead; None: there is none."""
        self.sh(f"echo 0 >{ALARM}")
        if ahead is None:
            return None
        self.sh(f"echo +{ahead} >{ALARM}")
        return self.alarm()

    def inner_status(self) -> "dict[str, Any]":
        """`hypnosctl status inner --json`, limited in time."""
        done = self.vm.sh("timeout 60 hypnosctl status inner --json", timeout=90)
        lines = done.stdout.splitlines()
        found: dict[str, Any] = json.loads(lines[-1]) if lines and lines[-1][0] == "{" else {}
        return found

    def inner_state(self) -> str:
        """QEMU's word of the inner guest: running, suspended, paused."""
        state: str = self.inner_status().get("qemu", {}).get("run-state", "")
        return state

    def inner_answers(self) -> bool:
        """Whether its agent does."""
        return "state" in self.inner_status().get("agent", {})

    def wait_inner(self, timeout: float = INNER_BOOT) -> None:
        """Until the inner guest's agent answers."""
        wait_until(self.inner_answers, timeout, "the inner guest does not answer")
