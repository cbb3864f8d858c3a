# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows after which the guest sleeps, or is gone; each leaves it running, but for the last."""

from lab import wait_until
from virsh_guest import DOMAIN, Guest
from virsh_rows_disks import superblock
from virsh_table import row

BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


def sleeps(guest: Guest) -> int:
    """How often the kernel has slept in RAM in this boot."""
    return int(guest.sh("cat /sys/power/suspend_stats/success"))


def forget_caches(guest: Guest) -> None:
    """A small image is written, and read, in less time."""
    guest.sh("sync; echo 3 >/proc/sys/vm/drop_caches")


def wake(guest: Guest) -> None:
    """From S3, until it answers."""
    said = len(guest.console())
    guest.virsh("dompmwakeup")
    guest.libvirt.await_state(DOMAIN, "running")
    guest.await_shell(said)


@row("guest-suspend-ram", "`dompmsuspend mem`, `dompmwakeup`", "the kernel has slept once more")
def suspend_to_ram(guest: Guest) -> None:
    before = sleeps(guest)
    guest.virsh("dompmsuspend", "mem")
    guest.libvirt.await_state(DOMAIN, "pmsuspended")
    wake(guest)
    wait_until(lambda: sleeps(guest) == before + 1, 10, "the kernel knows of no sleep")
    guest.await_agent()


@row("guest-suspend-hybrid", "`dompmsuspend hybrid`, `dompmwakeup`", "an image was written, then S3")
def suspend_hybrid(guest: Guest) -> None:
    boot = guest.sh(BOOT_ID)
    forget_caches(guest)
    images = guest.console().count("PM: Image saving done")
    guest.virsh("dompmsuspend", "hybrid")
    guest.libvirt.await_state(DOMAIN, "pmsuspended")
    assert guest.console().count("PM: Image saving done") == images + 1
    wake(guest)
    assert guest.sh(BOOT_ID) == boot
    guest.await_agent()


@row("guest-suspend-disk", "`dompmsuspend disk`, `start`", "off in between, and still the same boot")
def suspend_to_disk(guest: Guest) -> None:
    boot = guest.sh(BOOT_ID)
    forget_caches(guest)
    guest.virsh("dompmsuspend", "disk")
    guest.libvirt.await_state(DOMAIN, "shut off")
    guest.start()
    assert guest.sh(BOOT_ID) == boot
    guest.await_agent()


@row("guest-shutdown with `reboot`", "reboot --mode agent", "another boot, of the same QEMU")
def reboot(guest: Guest) -> None:
    boot, number = guest.sh(BOOT_ID), guest.virsh("domid")
    said = len(guest.console())
    guest.virsh("reboot", "--mode", "agent")
    guest.await_shell(said)
    assert guest.sh(BOOT_ID) != boot
    assert guest.virsh("domid") == number
    guest.await_agent()


@row(
    "guest-shutdown with `powerdown`",
    "shutdown --mode agent",
    "off, and in order: its file systems need no recovery",
)
def shutdown(guest: Guest) -> None:
    guest.virsh("shutdown", "--mode", "agent")
    guest.libvirt.await_state(DOMAIN, "shut off")
    for name in ("root", "data"):
        assert "needs_recovery" not in superblock(guest.home / f"{name}.img")
