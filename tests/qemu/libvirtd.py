# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A libvirtd of our own, in a mount namespace where its directories are empty.

So it neither sees nor disturbs a libvirtd that the machine may run already, and several are as many
hosts: of one inside its namespace, by its UNIX socket, of another from anywhere, by TCP.
"""

import os
import socket
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

from lab import AGENT_PORT, POWER_PORT, Image, wait_until
from lab.command_line import KERNEL_ARGS
from lab.vm import DIE_WITH_US

OWN_DIRECTORIES = (
    "/etc/libvirt",
    "/run/libvirt",
    "/var/cache/libvirt",
    "/var/lib/libvirt",
    "/var/log/libvirt",
)
QEMU_CONF = """
security_driver = "none"
cgroup_controllers = []
namespaces = []
remember_owner = 0
stdio_handler = "file"
user = "root"
group = "root"
"""
LIBVIRTD_CONF = """
auth_unix_rw = "none"
listen_tls = 0
listen_addr = "127.0.0.1"
auth_tcp = "none"
"""

PID_FILE = "/run/libvirt/libvirtd.pid"

SET_UP = "\n".join(
    ["set -e"]
    + [f"mkdir -p {path}; mount -t tmpfs tmpfs {path}" for path in OWN_DIRECTORIES]
    + [
        f"printf '%s' '{QEMU_CONF}' >/etc/libvirt/qemu.conf",
        f"printf '%s' '{LIBVIRTD_CONF}' >/etc/libvirt/libvirtd.conf",
        'echo "$1" >>/etc/libvirt/libvirtd.conf; shift',
        "touch /run/libvirt/of-the-lab",
        'exec libvirtd "$@"',
    ]
)

INSIDE = 'test -e /run/libvirt/of-the-lab && exec "$@"'
"""Never another libvirtd: the daemon may not yet have entered its namespace."""


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on: libvirtd takes no 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Libvirtd:
    """The daemon, and virsh beside it."""

    def __init__(self, log: Path, tcp: bool = False) -> None:
        self.uri = "qemu:///system"
        """For clients inside(); by TCP for any."""
        settings = ""
        if tcp:
            port = free_port()
            self.uri = f"qemu+tcp://127.0.0.1:{port}/system"
            settings = f'listen_tcp = 1\ntcp_port = "{port}"'
        self._arguments = [*(["--listen"] if tcp else []), "--pid-file", PID_FILE]
        self._log = log
        setup = [*DIE_WITH_US, "unshare", "--mount", "sh", "-c", SET_UP, "sh", settings]
        self._daemon = self._spawn([*setup, *self._arguments])
        self._namespace = f"/proc/{self._daemon.pid}/ns/mnt"
        self._await_answer()
        self._opened = os.open(self._namespace, os.O_RDONLY)
        self._namespace = f"/proc/{os.getpid()}/fd/{self._opened}"

    def _spawn(self, command: list[str]) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as output:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def _await_answer(self) -> None:
        wait_until(lambda: self.try_virsh("version").returncode == 0, 30, "libvirtd does not answer")

    def stop(self) -> None:
        """End the daemon; domains must have ended before."""
        self._daemon.terminate()
        self._daemon.wait(10)
        os.close(self._opened)

    def kill(self) -> None:
        """End the daemon at once; its domains go on."""
        self._daemon.kill()
        self._daemon.wait(10)

    def start_again(self) -> None:
        """After kill()."""
        self._daemon = self._spawn([*DIE_WITH_US, *self.inside("libvirtd", *self._arguments)])
        self._await_answer()

    def inside(self, *words: str) -> list[str]:
        """A command as it is run where this libvirtd is the only one."""
        return ["nsenter", f"--mount={self._namespace}", "sh", "-c", INSIDE, "sh", *words]

    def try_virsh(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run virsh as a user would."""
        command = self.inside("virsh", "--connect", "qemu:///system", *arguments)
        return subprocess.run(command, capture_output=True, text=True, timeout=90)

    def virsh(self, *arguments: str) -> str:
        """The same, when it must succeed; what it prints."""
        done = self.try_virsh(*arguments)
        if done.returncode:
            raise RuntimeError(f"virsh {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def await_state(self, domain: str, state: str) -> None:
        """Wait until domstate prints this."""
        wait_until(lambda: self.virsh("domstate", domain) == state, 30, f"never {state}")

    def start_domain(self, name: str, image: Image, home: Path, kernel_args: str = "") -> None:
        """Define and start a domain whose files are in `home`."""
        (home / "swap.img").touch()
        os.truncate(home / "swap.img", 1 << 30)
        definition = home / "domain.xml"
        definition.write_text(domain_xml(name, image, home, kernel_args))
        self.virsh("define", str(definition))
        self.virsh("start", name)


def domain_xml(name: str, image: Image, home: Path, kernel_args: str) -> str:
    """A small domain with both ports of the agent and a disk to sleep on."""
    arguments = escape(f"{KERNEL_ARGS} hypnos.ports={AGENT_PORT},{POWER_PORT} {kernel_args}")
    return f"""
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{image.kernel.image}</kernel>
    <initrd>{image.initramfs}</initrd>
    <cmdline>{arguments}</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='maximum'/>
  <pm><suspend-to-mem enabled='yes'/><suspend-to-disk enabled='yes'/></pm>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='unsafe'/>
      <source file='{home}/swap.img'/>
      <target dev='vda' bus='virtio'/>
      <serial>swap</serial>
    </disk>
    <channel type='unix'>
      <target type='virtio' name='{AGENT_PORT}'/>
    </channel>
    <channel type='unix'>
      <source mode='bind' path='{home}/power.sock'/>
      <target type='virtio' name='{POWER_PORT}'/>
    </channel>
    <serial type='file'><source path='{home}/serial.log' append='on'/></serial>
  </devices>
</domain>
"""
