# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine with ACPI's sleep button, which QEMU does not make by itself."""

from pathlib import Path

from .vm import Vm

SLEEP_PRESSED = 0x80
"""What the firmware notifies a sleep button of (ACPI 6.5, 5.6.6)."""

PRESS = "cat /sys/bus/acpi/devices/PNP0C0E:00/sun"
"""In the guest: the kernel evaluates _SUN at each read of this file."""


def button_args(directory: Path) -> tuple[str, ...]:
    """QEMU's arguments for the button."""
    body = directory / "button.aml"
    body.write_bytes(_table_body())
    header = "sig=SSDT,rev=1,oem_id=HYPNOS,oem_table_id=SLEEPBTN,oem_rev=1"
    return ("-acpitable", f"{header},data={body}")


def press(vm: Vm, times: int = 1) -> None:
    """As firmware does: the kernel's own driver hears of it, and makes the key's events."""
    vm.sh("; ".join([PRESS] * times), timeout=60).check()


def _table_body() -> bytes:
    r"""The table below, as AML (ACPI 6.5, chapter 20), without its header.

    Scope (\_SB) {
        Device (SLPB) {
            Name (_HID, EisaId ("PNP0C0E"))
            Method (_SUN) { Notify (SLPB, 0x80)  Return (One) }
        }
    }
    """
    notify = b"\x86SLPB" + bytes((0x0A, SLEEP_PRESSED))
    method = b"\x14" + _sized(b"_SUN\x00" + notify + b"\xa4\x01")
    hardware_id = b"\x08_HID\x0c\x41\xd0\x0c\x0e"
    device = b"\x5b\x82" + _sized(b"SLPB" + hardware_id + method)
    return b"\x10" + _sized(b"\\_SB_" + device)


def _sized(package: bytes) -> bytes:
    """After its length, which counts itself; one byte is enough here."""
    assert len(package) < 63
    return bytes((len(package) + 1,)) + package
