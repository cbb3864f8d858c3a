# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian 12 that boots by itself, is set up for disk sleeps, and sleeps while a program writes."""

from pathlib import Path

from lab import POWER_PORT, Vm, wait_until
from lab.programs import compiled
from lab.run import run
from packaged import agent_package

WRITER = "append_lines"
WRITTEN = "var/log/lines"
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
AGENT = "hypnos-agent.service"
SLOW = 600.0
"""Seconds for what makes an initramfs or a boot loader's configuration without hardware virtualisation."""


def install_product(root: Path) -> None:
    """The package, and the writer, into a root directory."""
    run("cp", agent_package(), root / "hypnos-agent.deb")
    run("chroot", root, "dpkg", "-i", "/hypnos-agent.deb")
    run("cp", compiled(WRITER), root / "usr/bin")


def set_up(vm: Vm) -> None:
    """Turn the guest into one that can sleep on disk."""
    vm.sh("hypnos-setup apply", SLOW).check()


def wait_for_agent(vm: Vm) -> None:
    """udev starts it."""
    active = f"systemctl is-active {AGENT}"
    wait_until(lambda: vm.sh(active, 60).returncode == 0, 120, "udev does not start the agent")


def lines_written(vm: Vm) -> int:
    """By the writer, as far as others see."""
    return int(vm.sh(f"wc -l </{WRITTEN}").check())


def start_writing(vm: Vm) -> None:
    """Until the machine stops for good."""
    vm.sh(f"systemd-run --unit=writer {WRITER} /{WRITTEN}", 60).check()
    wait_until(lambda: lines_written(vm) > 0, 30, "nothing is written")


def wait_for_more(vm: Vm) -> None:
    """Until the writer has gone on."""
    before = lines_written(vm)
    wait_until(lambda: lines_written(vm) > before, 30, "the writer does not go on")


def sleep_and_start_again(vm: Vm) -> None:
    """A disk sleep that the host asks for, to its end in QEMU; then the same machine again."""
    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.request("hypnos-suspend", {"mode": "disk"}, timeout=60)
        vm.qmp.wait_event("SUSPEND_DISK", timeout=180)
    vm.wait_exit(60)
    vm.respawn()
    vm.wait_shell(400)


def checksum(text: str) -> int:
    """FNV-1a, as the writer computes it."""
    total = 2166136261
    for byte in text.encode():
        total = (total ^ byte) * 16777619 & 0xFFFFFFFF
    return total


def wrong_lines(root: Path) -> list[str]:
    """Those of the writer's file that are not what it wrote there."""
    lines = (root / WRITTEN).read_text(errors="replace").splitlines()
    return [
        line for number, line in enumerate(lines) if line != f"{number} {checksum(str(number)):08x}"
    ]
