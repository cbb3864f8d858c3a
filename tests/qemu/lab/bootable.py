# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks with a whole Debian 12 that boot by themselves: firmware, GRUB, initramfs, systemd.

Making one needs root and minutes, so what does not depend on the product is cached, booted once
already: its grub.cfg is the one that update-grub made there. A test works on a copy.
"""

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

from . import grub
from .cache import cached
from .debian import add_shell, debian_tree, root_disk_args
from .home import GuestDirectory
from .partitions import Part, device, mounted, parts, write_table
from .run import run
from .spec import Spec
from .vm import Vm

PACKAGES = (
    "btrfs-progs",
    "dbus",
    "kmod",
    "libglib2.0-0",
    "libjson-glib-1.0-0",
    "linux-image-cloud-amd64",
    "systemd-sysv",
    "udev",
    "xfsprogs",
    "zstd",
)
RECIPE = 2
"""Another one whenever disks are made otherwise than those that may be cached."""
ROOT_MB = 3072
ESP_MB = 64
OVMF = Path("/usr/share/OVMF")

KERNEL_ARGS = "console=ttyS0 no_console_suspend no_timer_check net.ifnames=0"
GRUB_DEFAULTS = f"""
GRUB_TIMEOUT=0
GRUB_TERMINAL=console
GRUB_CMDLINE_LINUX="{KERNEL_ARGS}"
GRUB_CMDLINE_LINUX_DEFAULT=
GRUB_DISABLE_OS_PROBER=true
"""
FIRST_CONFIGURATION = """search --no-floppy --fs-uuid --set=root {uuid}
linux {kernel} root=UUID={uuid} ro {arguments}
initrd {initrd}
boot
"""
IDLE_UNITS = (
    "apt-daily-upgrade.timer",
    "apt-daily.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty@tty1.service",
    "serial-getty@ttyS0.service",
    "systemd-binfmt.service",
)
"""They only cost time at boot."""


@dataclass(frozen=True)
class Layout:
    """What a disk is made of."""

    file_system: str = "ext4"
    initramfs: str = "initramfs-tools"
    uefi: bool = False
    swap_mb: int = 0
    """Size of a swap partition that /etc/fstab names; 0 for none."""

    @property
    def name(self) -> str:
        """Of the cache's entry."""
        firmware = "uefi" if self.uefi else "bios"
        return f"bootable-{RECIPE}-{self.file_system}-{self.initramfs}-{firmware}-{self.swap_mb}"

    @property
    def parts(self) -> list[Part]:
        """The root file system is the first one."""
        sizes = [("L", ROOT_MB)]
        sizes += [("U", ESP_MB)] if self.uefi else []
        sizes += [("S", self.swap_mb)] if self.swap_mb else []
        return parts(sizes)

    @property
    def target(self) -> str:
        """GRUB's word for the firmware."""
        return "x86_64-efi" if self.uefi else "i386-pc"


def bootable(layout: Layout, disk: Path, install: Callable[[Path], None]) -> None:
    """`disk` becomes a copy of that layout's disk; `install` puts things into its root directory."""
    base = cached(layout.name, lambda draft: _make(layout, draft / "disk.img"))
    run("cp", "--sparse=always", base / "disk.img", disk)
    with root_of(layout, disk) as root:
        install(root)


@contextmanager
def root_of(layout: Layout, disk: Path) -> Iterator[Path]:
    """The root file system of a disk that no guest uses now."""
    with device(disk, layout.parts[0]) as source, mounted(source) as root:
        yield root


def check(layout: Layout, disk: Path) -> None:
    """An error if the root file system of a disk that no guest uses has any."""
    checkers: dict[str, tuple[str, ...]] = {
        "ext4": ("/sbin/fsck.ext4", "-f", "-n"),
        "xfs": ("/sbin/xfs_repair", "-n"),
        "btrfs": ("btrfs", "check", "--readonly"),
    }
    with device(disk, layout.parts[0]) as source:
        run(*checkers[layout.file_system], source)


def machine(layout: Layout, disk: Path) -> tuple[str, ...]:
    """QEMU's arguments for the disk and what boots it."""
    return (*root_disk_args(disk), *(_firmware(disk) if layout.uefi else ()))


def _firmware(disk: Path) -> tuple[str, ...]:
    variables = disk.with_suffix(".vars")
    if not variables.exists():
        run("cp", OVMF / "OVMF_VARS_4M.fd", variables)
    return (
        *("-drive", f"if=pflash,format=raw,readonly=on,file={OVMF / 'OVMF_CODE_4M.fd'}"),
        *("-drive", f"if=pflash,format=raw,file={variables}"),
    )


def _make(layout: Layout, disk: Path) -> None:
    boot_loader = "grub-efi-amd64" if layout.uefi else "grub-pc"
    tree = debian_tree(
        f"debian-12-{layout.initramfs}-{boot_loader}", (*PACKAGES, layout.initramfs, boot_loader)
    )
    write_table(disk, "gpt" if layout.uefi else "dos", layout.parts)
    _fill(layout, disk, tree / "root.tar")
    _boot_once(layout, disk)


def _fill(layout: Layout, disk: Path, tree: Path) -> None:
    with device(disk, layout.parts[0]) as source:
        run(f"/sbin/mkfs.{layout.file_system}", "-q", source)
        uuid = uuid_of(source)
        with mounted(source) as root:
            run("tar", "-C", root, "-xf", tree)
            _configure(layout, disk, root, uuid)
    if not layout.uefi:
        grub.write_bios(disk, layout.file_system, uuid)
        return
    with device(disk, layout.parts[1]) as source:
        grub.write_uefi(source, layout.file_system, uuid)


def uuid_of(source: Path) -> str:
    """What a file system or swap on a device is called."""
    return run("/sbin/blkid", "-p", "-s", "UUID", "-o", "value", source)


def _configure(layout: Layout, disk: Path, root: Path, uuid: str) -> None:
    passes = int(layout.file_system == "ext4")
    (root / "etc/fstab").write_text(f"UUID={uuid} / {layout.file_system} defaults 0 {passes}\n")
    if layout.swap_mb:
        _add_swap(disk, layout.parts[-1], root)
    with (root / "etc/default/grub").open("a") as defaults:
        defaults.write(GRUB_DEFAULTS)
    grub.add_modules(root, layout.target)
    (root / "boot/grub/grub.cfg").write_text(_first_configuration(root, uuid))
    add_shell(root)
    run("systemctl", f"--root={root}", "mask", *IDLE_UNITS)


def _add_swap(disk: Path, part: Part, root: Path) -> None:
    with device(disk, part) as source:
        run("/sbin/mkswap", source)
        with (root / "etc/fstab").open("a") as table:
            table.write(f"UUID={uuid_of(source)} none swap sw 0 0\n")


def _first_configuration(root: Path, uuid: str) -> str:
    kernel, initrd = (next(root.glob(f"boot/{name}-*")) for name in ("vmlinuz", "initrd.img"))
    return FIRST_CONFIGURATION.format(
        uuid=uuid, kernel=f"/boot/{kernel.name}", initrd=f"/boot/{initrd.name}", arguments=KERNEL_ARGS
    )


def _boot_once(layout: Layout, disk: Path) -> None:
    """Only there update-grub sees the disk that it is for."""
    spec = Spec(image=None, memory_mb=512, swap_mb=0, qemu_args=machine(layout, disk))
    with tempfile.TemporaryDirectory(prefix="lab-") as home, Vm(spec, GuestDirectory(Path(home))) as vm:
        vm.start().wait_ready(timeout=400)
        vm.sh("update-grub", timeout=200).check()
        power_off(vm)


def power_off(vm: Vm) -> None:
    """As an administrator would."""
    vm.sh("systemctl poweroff --no-block")
    vm.wait_exit(120)
