# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A whole Debian 12 with systemd and udev, with the product installed into it.

Slower than the lab's own userland (about 20 s to boot), so only for what needs
a real init. Making one needs root.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Callable, Sequence

from .cache import cached
from .initramfs import HERE, Image
from .kernel import Kernel

PACKAGES = (
    "dbus",
    "initramfs-tools",
    "kmod",
    "libglib2.0-0",
    "libjson-glib-1.0-0",
    "linux-image-cloud-amd64",
    "systemd-sysv",
    "udev",
    "zstd",
)
HOST_PACKAGES = (*PACKAGES, "libglib2.0-bin", "libvirt0", "polkitd", "qemu-system-x86")
"""Of one that has guests of its own: gdbus, what the library links, and QEMU."""

ROOT_MB = 2048
KERNEL_ARGS = ("root=/dev/vda", "rw", "net.ifnames=0")

SHELL_SERVICE = """[Service]
ExecStartPre=/bin/sh -c 'echo LAB READY >/dev/ttyS0'
ExecStart=/bin/sh /etc/lab/shell
StandardInput=tty
StandardOutput=tty
TTYPath=/dev/ttyS1
Restart=always
"""


def debian_image(build: Path, disk: Path, programs: Sequence[Path] = ()) -> Image:
    """Debian's kernel and initramfs; `disk` becomes the root disk, with what `build` installs.

    The static `programs` go to /usr/bin.
    """
    base = cached("debian-12", lambda draft: _bootstrap(draft, PACKAGES))

    def add(root: Path) -> None:
        for program in programs:
            shutil.copy(program, root / "usr/bin")

    return _image(base, build, disk, add)


def debian_host_image(build: Path, disk: Path, add: Callable[[Path], None]) -> Image:
    """The same of a machine that has guests; `add` may put more into the root directory."""
    base = cached("debian-12-host", lambda draft: _bootstrap(draft, HOST_PACKAGES))
    return _image(base, build, disk, add)


def _image(base: Path, build: Path, disk: Path, add: Callable[[Path], None]) -> Image:
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        _run("tar", "-C", root, "-xf", base / "root.tar")
        _run("meson", "install", "-C", build, "--no-rebuild", "--destdir", root)
        _run("ldconfig", "-r", root)
        _add_shell(root)
        add(root)
        _run("truncate", "-s", f"{ROOT_MB}M", disk)
        _run("/sbin/mkfs.ext4", "-q", "-d", root, disk)
    return Image(Kernel(base), next(base.glob("boot/initrd.img-*")))


def root_disk_args(disk: Path) -> tuple[str, ...]:
    """QEMU's arguments for the root disk, which must be the first of all disks."""
    return (
        *("-drive", f"if=none,id=root,file={disk},format=raw,cache=unsafe"),
        *("-device", "virtio-blk-pci,drive=root,serial=root"),
    )


def _bootstrap(draft: Path, packages: Sequence[str]) -> None:
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    command += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "locale", "man")]
    _run(*command, "bookworm", draft / "root.tar", *_apt_sources())
    _run("tar", "-C", draft, "-xf", draft / "root.tar", "./boot")


def _apt_sources() -> list[Path]:
    """Where this machine gets its packages from."""
    places = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("debian.*")]
    return [path for path in places if path.exists() and path.stat().st_size][:1]


def _add_shell(root: Path) -> None:
    (root / "etc/lab").mkdir()
    (root / "etc/lab/shell").write_bytes((HERE / "guest/shell").read_bytes())
    units = root / "etc/systemd/system"
    (units / "lab-shell.service").write_text(SHELL_SERVICE)
    wanted = units / "multi-user.target.wants"
    wanted.mkdir(exist_ok=True)
    (wanted / "lab-shell.service").symlink_to("../lab-shell.service")


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-2000:]}")
