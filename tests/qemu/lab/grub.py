# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GRUB put on a disk image, as grub-install would, which wants real disks.

BIOS: boot.img goes to the first sector and loads what lies in the next ones. UEFI: one file with
the name that firmware looks for on removable disks. Both look for the root file system by its
UUID and go on with its /boot/grub/grub.cfg.
"""

import shutil
import tempfile
from pathlib import Path

from .run import run

HOME = Path("/usr/lib/grub")
SECTOR = 512
CODE_BYTES = 440
"""Of the first sector; the partition table follows."""
MODULES = {"ext4": "ext2", "xfs": "xfs", "btrfs": "btrfs"}


def add_modules(root: Path, target: str) -> None:
    """What the core loads from the root file system."""
    (root / "boot/grub").mkdir(exist_ok=True)
    shutil.copytree(HOME / target, root / "boot/grub" / target)


def write_bios(disk: Path, file_system: str, uuid: str) -> None:
    """The boot sector, and the core in the gap before the first part."""
    boot = (HOME / "i386-pc/boot.img").read_bytes()[:CODE_BYTES]
    modules = ("biosdisk", "part_msdos", MODULES[file_system])
    with disk.open("r+b") as file:
        file.write(boot)
        file.seek(SECTOR)
        file.write(_core("i386-pc", uuid, modules))


def write_uefi(esp: Path, file_system: str, uuid: str) -> None:
    """On the device of the EFI system partition; by mtools, for not every kernel knows FAT."""
    with tempfile.TemporaryDirectory() as directory:
        core = Path(directory) / "BOOTX64.EFI"
        core.write_bytes(_core("x86_64-efi", uuid, ("part_gpt", MODULES[file_system])))
        run("/sbin/mkfs.vfat", esp)
        run("mmd", "-i", esp, "::/EFI", "::/EFI/BOOT")
        run("mcopy", "-i", esp, core, "::/EFI/BOOT")


def _core(target: str, uuid: str, modules: "tuple[str, ...]") -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        early, core = Path(directory) / "early.cfg", Path(directory) / "core"
        early.write_text(f"search.fs_uuid {uuid} root\nset prefix=($root)/boot/grub\n")
        make = ["grub-mkimage", "-O", target, "-p", "/boot/grub", "-c", early, "-o", core]
        run(*make, *modules, "search_fs_uuid", "normal")
        return core.read_bytes()
