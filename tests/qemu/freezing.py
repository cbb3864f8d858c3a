# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A guest with several file systems, an agent that freezes them, and programs that write."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Sequence

from lab import AgentWire, Contents, Image, Vm, build_image, find_kernel, wait_until

AGENT = "/usr/sbin/hypnos-agent"
MARKER = "/run/qga.state.isfrozen"
FREEZE_PATIENCE = 60.0

MAKE = {
    "ext4": ("/sbin/mkfs.ext4", "-q"),
    "xfs": ("/sbin/mkfs.xfs", "-q"),
    "btrfs": ("/sbin/mkfs.btrfs", "-q"),
}
SIZE_MB = {"ext4": 64, "xfs": 320, "btrfs": 160}
"""Sparse; those of xfs and btrfs are about the smallest there may be."""

CHECK: dict[str, Sequence[str]] = {
    "ext4": ("/sbin/e2fsck", "-fn"),
    "xfs": ("/sbin/xfs_repair", "-n"),
    "btrfs": ("/usr/bin/btrfs", "check", "--readonly"),
}

MODULES = ("ext4", "xfs", "btrfs", "loop", "dm-mod", "crc32c_generic", "crc32c-intel")
MODULES_OF_BTRFS = ("xxhash_generic", "blake2b_generic", "sha256_generic")

KEEP_AGENT = f"""#!/bin/sh
# Keeps an agent running, and notes how each ended.
while :; do
    {AGENT} >>/run/agent.log 2>&1 </dev/null &
    echo $! >/run/agent.pid
    wait $!
    echo $? >>/run/agent.ends
    usleep 200000
done
"""

WRITER = """#!/bin/sh
# Writes numbered lines to a file; each number that is on disk goes to /run/written.
number=0
rm -f $1/lines
while :; do
    number=$((number + 1))
    echo $number | dd of=$1/lines oflag=append conv=notrunc,fsync 2>/dev/null &&
        echo $number >/run/written
done
"""

CHURN = """#!/bin/sh
# Makes and removes files and directories.
number=0
while :; do
    number=$(((number + 1) % 50))
    mkdir -p $1/d$number && dd if=/dev/urandom of=$1/d$number/f bs=8k count=4 2>/dev/null
    rm -rf $1/d$(((number + 25) % 50))
done
"""


def freezing_image(agent: Path) -> Image:
    """With the kernel's modules for these file systems, and programs that make and map them."""
    tools = {path: Path(path).resolve() for path in ("/sbin/mke2fs", "/sbin/dmsetup")}
    scripts = {"keep-agent": KEEP_AGENT, "writer": WRITER, "churn": CHURN}
    return build_image(
        find_kernel(),
        Contents(
            programs={AGENT: agent, **tools},
            files={f"/bin/{name}": (text, 0o755) for name, text in scripts.items()},
            modules=(*MODULES, *MODULES_OF_BTRFS),
        ),
    )


def make_disk(path: Path, kind: str) -> Path:
    """A raw image with an empty file system."""
    path.touch()
    os.truncate(path, SIZE_MB[kind] << 20)
    subprocess.run([*MAKE[kind], path], check=True, stdout=subprocess.DEVNULL)
    return path


def disk_args(disks: dict[str, Path]) -> tuple[str, ...]:
    """QEMU's arguments; a disk's name is its serial number."""
    arguments: list[str] = []
    for name, path in disks.items():
        arguments += ["-drive", f"if=none,id={name},file={path},format=raw,cache=unsafe"]
        arguments += ["-device", f"virtio-blk-pci,drive={name},serial={name}"]
    return tuple(arguments)


def faults(image: Path, kind: str, mounted: bool) -> str:
    """What a check that repairs nothing has to say against it; empty if it is clean. xfs leaves its
    log in use when it is frozen, and some of its counters there: a mount puts them in place."""
    done = subprocess.run([*CHECK[kind], image], capture_output=True, text=True)
    said = done.stdout + done.stderr
    failed = done.returncode != 0 and (mounted or kind != "xfs")
    return said if failed or "\nwould " in said or _needs_recovery(image, kind) else ""


def _needs_recovery(image: Path, kind: str) -> bool:
    if kind != "ext4":
        return False
    command = ["/sbin/dumpe2fs", "-h", image]
    return "needs_recovery" in subprocess.run(command, capture_output=True, text=True).stdout


FOLLOW = " ".join(
    (
        "n=0; for i in $(seq 100); do",
        "state=$(sed -n 's/^State:.\\(.\\).*/\\1/p' /proc/$pid/status 2>/dev/null);",
        "case $state in D) n=$((n + 1));; ''|Z) n=0; break;; *) n=0;; esac;",
        "[ $n -lt 4 ] || break; usleep 100000; done; echo waits $n",
    )
)
"""Looks at a process until it has ended, or has waited in the kernel for 0.3 s."""


class Freezable:
    """The guest, and what a test does with it. Ends with everything thawed and unmounted."""

    def __init__(self, vm: Vm, disks: dict[str, Path]) -> None:
        self.vm = vm
        self.disks = disks
        self.sh("keep-agent >/dev/null 2>&1 &")
        self.wait_for_agent()

    def sh(self, command: str, timeout: float = 30.0) -> str:
        """The output of a command that must succeed."""
        return self.vm.sh(command, timeout).check()

    def device(self, name: str) -> str:
        """The node of a disk."""
        found = self.sh(f"grep -lx {name} /sys/block/vd*/serial").split("/")[3]
        return f"/dev/{found}"

    def mount(self, source: str, point: str, *options: str) -> None:
        """Mount a disk by its name, or whatever the options make of the source."""
        device = self.device(source) if source in self.disks else source
        self.sh(f"mkdir -p {point} && mount {' '.join(options)} {device} {point}")

    def load(self, kind: str) -> None:
        """Make the kernel know that file system, if it does not yet."""
        self.sh(f"grep -qw {kind} /proc/filesystems || modprobe {kind}", 120)

    def reload(self, kind: str) -> None:
        """Make it forget what it has seen of one that is a module."""
        self.sh(f"rmmod {kind} 2>/dev/null; true")
        self.load(kind)

    # The agent

    def ask(self, command: str, arguments: "dict[str, Any] | None" = None) -> Any:
        """What it returns, on a connection of its own; AgentError if it fails."""
        with self.vm.connect() as wire:
            wire.sync()
            return wire.request(command, arguments, timeout=FREEZE_PATIENCE)

    def connect(self) -> AgentWire:
        """A connection that stays."""
        wire = self.vm.connect()
        wire.sync()
        return wire

    def wait_for_agent(self) -> None:
        """Until it answers."""

        def answers() -> bool:
            try:
                return bool(self.ask("guest-ping") == {})
            except (OSError, TimeoutError):
                return False

        wait_until(answers, 60, "the agent does not answer")

    def signal(self, name: str) -> int:
        """End the agent; its exit status. The next one answers then."""
        before = len(self.ends())
        self.sh(f"kill -{name} $(cat /run/agent.pid)")
        wait_until(lambda: len(self.ends()) > before, 30, "the agent does not end")
        self.wait_for_agent()
        return self.ends()[-1]

    def ends(self) -> list[int]:
        """The exit statuses of all agents so far."""
        return [int(word) for word in self.sh("cat /run/agent.ends 2>/dev/null; true").split()]

    def configure(self, text: str) -> None:
        """A new agent with this configuration."""
        self.sh(f"mkdir -p /etc/hypnos && printf '{text}' >/etc/hypnos/agent.conf")
        assert self.signal("TERM") == 0

    def status(self) -> str:
        """Of the file systems, as the agent has it."""
        return str(self.ask("guest-fsfreeze-status"))

    # The file systems

    def is_frozen(self, point: str) -> bool:
        """Whether a write waits; it stays behind and ends with the thaw."""
        done = self.vm.sh(f"touch {point}/probe$$ & pid=$!; {FOLLOW}")
        return done.check().strip().endswith("waits 4")

    def marked(self) -> bool:
        """Whether there is a marker for the next agent."""
        return self.vm.sh(f"test -e {MARKER}").returncode == 0

    def write(self, point: str) -> None:
        """Start the writers."""
        for name in ("writer", "churn"):
            self.sh(f"{name} {point} >/dev/null 2>&1 & echo $! >/run/{name}.pid")
        self.wait_for_lines(3)

    def written(self) -> int:
        """The last line that is on disk."""
        return int(self.sh("cat /run/written 2>/dev/null || echo 0") or 0)

    def wait_for_lines(self, more: int) -> None:
        """Until so many more are written."""
        goal = self.written() + more
        wait_until(lambda: self.written() >= goal, 60, "nothing is written")

    def stop_writing(self) -> None:
        """End the writers."""
        self.sh("kill $(cat /run/writer.pid /run/churn.pid); sleep 1; rm -f /run/written")

    def lines(self, point: str) -> int:
        """How many there are; they must be complete."""
        numbers = [int(word) for word in self.sh(f"cat {point}/lines").split()]
        assert numbers == list(range(1, len(numbers) + 1))
        return len(numbers)

    def copy(self, name: str, to: Path) -> Path:
        """Of a disk, made by the host."""
        return Path(shutil.copyfile(self.disks[name], to))

    def plug(self, image: Path, name: str) -> None:
        """Give the guest one more disk."""
        self.vm.qmp.execute(
            "blockdev-add",
            **{"driver": "raw", "node-name": name, "file": {"driver": "file", "filename": str(image)}},
        )
        self.vm.qmp.execute("device_add", driver="virtio-blk-pci", drive=name, serial=name, id=name)
        self.disks[name] = image
        wait_until(lambda: self._has(name), 30, "the new disk does not appear")

    def _has(self, name: str) -> bool:
        return self.vm.sh(f"grep -qx {name} /sys/block/vd*/serial").returncode == 0
