# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian 12 under libvirt that has both agents, hypnos-agent and Debian's qemu-ga.

One of them runs at a time, of the test's choice.
"""

import json
import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator
from xml.sax.saxutils import escape

from lab import AGENT_PORT, POWER_PORT, Image, wait_until
from lab.command_line import KERNEL_ARGS
from lab.debian import add_unit, debian_image, enable, unpack
from lab.shell import GuestShell
from lab.stream import Deadline
from libvirtd import Libvirtd

DOMAIN = "sleeper"
USER = "sleeper"
ADDRESS = "10.0.2.15"
MAC = "52:54:00:12:34:56"
ZONE = "Asia/Kolkata"
HYPNOS, QEMU_GA = "hypnos-agent", "qemu-guest-agent"
"""Names of their units."""

BOOT = ("root=/dev/vda", "rw", "net.ifnames=0", "resume=/dev/vdc")
FASTER = ("mitigations=off", "systemd.show_status=no", "systemd.mask=e2scrub_reap.service")
"""Kernel arguments without which it only boots slower."""
FSTAB = "/dev/vdb /data ext4 defaults 0 0\n/dev/vdc none swap sw 0 0\n"
NETWORK = f"""[Match]
Name=eth0
[Network]
Address={ADDRESS}/24
IPv6AcceptRA=no
"""
SESSION = f"""[Service]
User={USER}
UtmpIdentifier=lab
UtmpMode=user
ExecStart=/bin/sleep infinity
"""
"""Somebody who has logged in, as far as utmp knows."""

ALL_COMMANDS = """[Commands]
Exec=yes
File=yes
Password=yes
SshKeys=yes
"""


class VirshFailed(Exception):
    """What virsh wrote to its standard error."""


def guest_image(build: Path, home: Path) -> Image:
    """What the domain boots; its root disk and the others are made in `home`."""

    def add(root: Path) -> None:
        unpack(root, "liburing2", "qemu-guest-agent")
        subprocess.run(["chroot", root, "useradd", "-m", "-s", "/bin/sh", USER], check=True)
        (root / "data").mkdir()
        (root / "etc/fstab").write_text(FSTAB)
        (root / "etc/localtime").unlink(missing_ok=True)
        (root / "etc/localtime").symlink_to(f"/usr/share/zoneinfo/{ZONE}")
        (root / "etc/systemd/network/eth0.network").write_text(NETWORK)
        (root / "etc/hypnos").mkdir(exist_ok=True)
        (root / "etc/hypnos/agent.conf").write_text(ALL_COMMANDS)
        enable(root, f"{QEMU_GA}.service")  # udev's rule for it is overridden by ours
        (root / f"etc/systemd/system/{QEMU_GA}.service").symlink_to("/dev/null")
        add_unit(root, "lab-session.service", SESSION, wanted_by="multi-user.target")
        enable(root, "systemd-networkd.service")

    image = debian_image(build, home / "root.img", add=add)
    _make_disk(home / "data.img", 256, "/sbin/mkfs.ext4", "-q")
    _make_disk(home / "swap.img", 1024, "/sbin/mkswap")
    return image


def _make_disk(path: Path, megabytes: int, *make: str) -> None:
    path.touch()
    os.truncate(path, megabytes << 20)
    subprocess.run([*make, path], check=True, capture_output=True)


class Guest:
    """The domain, and a shell in it."""

    def __init__(self, libvirt: Libvirtd, home: Path) -> None:
        self.libvirt = libvirt
        self.home = home
        self._shell: GuestShell | None = None
        self.agent = HYPNOS
        """Which one runs."""

    def define(self, image: Image) -> None:
        """Make the domain known to libvirt."""
        definition = self.home / "domain.xml"
        definition.write_text(domain_xml(image, self.home))
        self.libvirt.virsh("define", str(definition))

    def start(self) -> None:
        """Start it, or have it go on where it went to sleep on disk."""
        self.close()
        said = len(self.console())
        self.libvirt.virsh("start", DOMAIN)
        self._shell = GuestShell(self.home / "shell.sock")
        self.await_shell(said)

    def close(self) -> None:
        """Hang up the shell."""
        if self._shell:
            self._shell.close()
        self._shell = None

    def runs(self) -> bool:
        """Whether it is neither off nor asleep."""
        return self.libvirt.virsh("domstate", DOMAIN) == "running"

    def console(self) -> str:
        """What the kernel has said since the domain was made."""
        log = self.home / "serial.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def await_shell(self, said: int, timeout: float = 300) -> None:
        """Until it has booted, or woken up, as the console says after its first `said` letters."""
        listens = re.compile("LAB READY|hibernation exit|suspend exit")
        try:
            wait_until(lambda: bool(listens.search(self.console(), said)), timeout)
        except TimeoutError:
            raise TimeoutError(f"the guest is not back: {self._what_libvirt_knows()}") from None
        assert self._shell
        self._shell.hello(Deadline(timeout))

    def _what_libvirt_knows(self) -> str:
        log = self.libvirt.inside("tail", "-n", "5", f"/var/log/libvirt/qemu/{DOMAIN}.log")
        told = subprocess.run(log, capture_output=True, text=True).stdout
        return self.libvirt.virsh("domstate", DOMAIN, "--reason") + "; QEMU: " + told

    def sh(self, command: str, timeout: float = 60) -> str:
        """The output of a command that must succeed."""
        assert self._shell
        return self._shell.run(command, timeout, awake=True).check()

    def succeeds(self, command: str) -> bool:
        """Whether a command does."""
        assert self._shell
        return self._shell.run(command, 60, awake=True).returncode == 0

    def use(self, agent: str) -> None:
        """Have this agent answer, and it alone, also after a reboot."""
        self.agent = agent
        other = {HYPNOS: QEMU_GA, QEMU_GA: HYPNOS}[agent]
        self.sh(f"systemctl mask --now {other}; systemctl unmask {agent}; systemctl start {agent}")
        self.await_agent()

    @contextmanager
    def configured(self, text: str) -> Iterator[None]:
        """hypnos-agent, with another configuration than that of ALL_COMMANDS."""
        self._configure(text)
        try:
            yield
        finally:
            self._configure(ALL_COMMANDS)

    def _configure(self, text: str) -> None:
        self.sh(f"printf '%s' '{text}' >/etc/hypnos/agent.conf; systemctl restart {HYPNOS}")
        self.await_agent()

    def await_agent(self) -> None:
        """Until libvirt has an answer."""

        def answers() -> bool:
            ping = '{"execute": "guest-ping"}'
            command = ("qemu-agent-command", DOMAIN, "--timeout", "5", ping)
            return self.libvirt.try_virsh(*command).returncode == 0

        wait_until(answers, 90, "the agent does not answer")

    def virsh(self, verb: str, *arguments: str) -> str:
        """The output of virsh VERB DOMAIN ARGUMENTS."""
        done = self.libvirt.try_virsh(verb, DOMAIN, *arguments)
        if done.returncode:
            raise VirshFailed(done.stderr.strip())
        return done.stdout.strip()

    def ask(self, command: str, **arguments: Any) -> Any:
        """What the agent returns, by qemu-agent-command."""
        request = json.dumps({"execute": command, "arguments": arguments})
        return json.loads(self.virsh("qemu-agent-command", request))["return"]


def domain_xml(image: Image, home: Path) -> str:
    """Two processors, disks for root, data and swap, a network, both ports and a shell."""
    disks = "".join(_disk(name, f"vd{'abc'[n]}", home) for n, name in enumerate(DISKS))
    return f"""
<domain type='qemu'>
  <name>{DOMAIN}</name>
  <memory unit='MiB'>512</memory>
  <vcpu>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{image.kernel.image}</kernel>
    <initrd>{image.initramfs}</initrd>
    <cmdline>{escape(" ".join((KERNEL_ARGS, *BOOT, *FASTER)))}</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='maximum'/>
  <clock offset='utc'/>
  <pm><suspend-to-mem enabled='yes'/><suspend-to-disk enabled='yes'/></pm>
  <devices>{disks}
    <interface type='user'><mac address='{MAC}'/><model type='virtio'/></interface>
    <channel type='unix'><target type='virtio' name='{AGENT_PORT}'/></channel>
    <channel type='unix'>
      <source mode='bind' path='{home}/power.sock'/>
      <target type='virtio' name='{POWER_PORT}'/>
    </channel>
    <serial type='file'>
      <source path='{home}/serial.log' append='on'/>
      <target port='0'/>
    </serial>
    <serial type='unix'>
      <source mode='bind' path='{home}/shell.sock'/>
      <target port='1'/>
    </serial>
  </devices>
</domain>
"""


DISKS = ("root", "data", "swap")


def _disk(name: str, device: str, home: Path) -> str:
    return f"""
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='unsafe' discard='unmap'/>
      <source file='{home}/{name}.img'/>
      <target dev='{device}' bus='virtio'/>
      <serial>{name}</serial>
    </disk>"""
