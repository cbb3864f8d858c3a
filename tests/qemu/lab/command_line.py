# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A specification as the QEMU command line that says the same."""

from pathlib import Path

from .home import GuestDirectory
from .spec import Spec

KERNEL_ARGS = "console=ttyS0 no_console_suspend ignore_loglevel no_timer_check"

SLEEP_SWITCH = {"pc": "PIIX4_PM", "q35": "ICH9-LPC"}
"""The chip that decides whether a machine has S3 and S4."""


def command_line(spec: Spec, home: GuestDirectory) -> list[str]:
    """The QEMU command that runs `spec` from `home`."""
    return [
        *("qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"),
        *_machine(spec),
        *_boot(spec),
        *_monitors(home),
        *_serial_lines(home),
        *_disks(spec, home),
        *_ports(spec, home),
        *_optional(spec),
        *spec.qemu_args,
    ]


def _machine(spec: Spec) -> list[str]:
    chip = SLEEP_SWITCH[spec.machine]
    return [
        *("-machine", spec.machine, "-accel", spec.accel, "-cpu", "max"),
        *("-smp", str(spec.cpus), "-m", str(spec.memory_mb), "-rtc", "base=utc"),
        *("-global", f"{chip}.disable_s3={int(not spec.s3)}"),
        *("-global", f"{chip}.disable_s4={int(not spec.s4)}"),
    ]


def _boot(spec: Spec) -> list[str]:
    if spec.image is None:
        return []
    ports = f"hypnos.ports={','.join(spec.ports)}"
    arguments = " ".join((KERNEL_ARGS, ports, *spec.kernel_args))
    kernel, initramfs = str(spec.image.kernel.image), str(spec.image.initramfs)
    return ["-kernel", kernel, "-initrd", initramfs, "-append", arguments]


def _monitors(home: GuestDirectory) -> list[str]:
    """Two: one for the harness, one for the program under test."""
    return [*("-qmp", _listening(home.qmp)), *("-qmp", _listening(home.qmp2))]


def _listening(path: Path) -> str:
    return f"unix:{path},server=on,wait=off"


def _serial_lines(home: GuestDirectory) -> list[str]:
    """The console goes to a log, the second line to the harness's shell."""
    return [
        *("-chardev", f"file,id=console,path={home.serial},append=on"),
        *("-serial", "chardev:console"),
        *("-chardev", f"socket,id=shell,path={home.shell},server=on,wait=off"),
        *("-serial", "chardev:shell"),
    ]


def _disks(spec: Spec, home: GuestDirectory) -> list[str]:
    swap = _disk("swap", home.swap) if spec.swap_mb else []
    data = _disk("data", home.data) if spec.data_mb else []
    return swap + data


def _disk(name: str, path: Path) -> list[str]:
    return [
        *("-drive", f"if=none,id={name},file={path},format=raw,cache=unsafe"),
        *("-device", f"virtio-blk-pci,drive={name},serial={name}"),
    ]


def _ports(spec: Spec, home: GuestDirectory) -> list[str]:
    arguments = ["-device", "virtio-serial-pci,id=ports"]
    for number, name in enumerate(spec.ports, start=1):
        arguments += _port(number, name, home.port(name))
    return arguments


def _port(number: int, name: str, path: Path) -> list[str]:
    """The device needs an id, or QEMU tells nobody when it opens and closes."""
    port, chardev = f"port{number}", f"port{number}c"
    return [
        *("-chardev", f"socket,id={chardev},path={path},server=on,wait=off"),
        *("-device", f"virtserialport,id={port},nr={number},chardev={chardev},name={name}"),
    ]


def _optional(spec: Spec) -> list[str]:
    arguments = []
    if spec.network:
        arguments += ["-nic", "user,restrict=on,model=virtio-net-pci"]
    if spec.balloon:
        arguments += ["-device", "virtio-balloon-pci,id=balloon"]
    return arguments
