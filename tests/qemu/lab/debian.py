# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A whole Debian 12 with systemd and udev, with the product installed into it.

Slower than the lab's own userland (about 20 s to boot), so only for what needs
a real init. Making one needs root.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Callable, Sequence

from .cache import cached
from .initramfs import HERE, Image
from .kernel import Kernel, download
from .run import run

PACKAGES = (
    "dbus",
    "initramfs-tools",
    "kmod",
    "libglib2.0-0",
    "libglib2.0-bin",
    "libjson-glib-1.0-0",
    "libvirt0",
    "linux-image-cloud-amd64",
    "polkitd",
    "systemd-sysv",
    "udev",
    "zstd",
)
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


def debian_image(
    build: Path | None,
    disk: Path,
    programs: Sequence[Path] = (),
    add: Callable[[Path], None] = lambda root: None,
) -> Image:
    """Debian's kernel and initramfs; `disk` becomes the root disk, with what `build` installs, if any.

    The static `programs` go to /usr/bin; `add` may put more into the root directory.
    """
    base = debian_tree("debian-12-bus", PACKAGES)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        run("tar", "-C", root, "-xf", base / "root.tar")
        if build:
            run("meson", "install", "-C", build, "--no-rebuild", "--destdir", root)
        run("ldconfig", "-r", root)
        add_shell(root)
        for program in programs:
            shutil.copy(program, root / "usr/bin")
        add(root)
        run("truncate", "-s", f"{ROOT_MB}M", disk)
        run("/sbin/mkfs.ext4", "-q", "-d", root, disk)
    return Image(Kernel(base), next(base.glob("boot/initrd.img-*")))


def root_disk_args(disk: Path) -> tuple[str, ...]:
    """QEMU's arguments for the root disk; firmware looks there first, Linux counts the lab's own before it."""
    return (
        *("-drive", f"if=none,id=root,file={disk},format=raw,cache=unsafe"),
        *("-device", "virtio-blk-pci,drive=root,serial=root,bootindex=1"),
    )


def debian_tree(name: str, packages: Sequence[str]) -> Path:
    """Debian 12 with these packages: `root.tar`, and its /boot beside it."""
    return cached(name, lambda draft: _bootstrap(draft, packages))


def _bootstrap(draft: Path, packages: Sequence[str]) -> None:
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    command += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "locale", "man")]
    run(*command, "bookworm", draft / "root.tar", *apt_sources())
    run("tar", "-C", draft, "-xf", draft / "root.tar", "./boot")


def apt_sources() -> list[Path]:
    """Where this machine gets its packages from."""
    places = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("debian.*")]
    return [path for path in places if path.exists() and path.stat().st_size][:1]


def add_shell(root: Path) -> None:
    """The lab's end in the guest; it says when the guest is up."""
    (root / "etc/lab").mkdir()
    (root / "etc/lab/shell").write_bytes((HERE / "guest/shell").read_bytes())
    add_unit(root, "lab-shell.service", SHELL_SERVICE, wanted_by="multi-user.target")


def add_unit(root: Path, name: str, text: str, wanted_by: str = "") -> None:
    """Write a unit of systemd."""
    (root / "etc/systemd/system" / name).write_text(text)
    if wanted_by:
        enable(root, name, wanted_by)


def enable(root: Path, name: str, wanted_by: str = "multi-user.target") -> None:
    """As `systemctl enable` does; the unit is where units are installed."""
    unit = next(path for path in root.rglob(f"systemd/system/{name}") if not path.is_symlink())
    wanted = root / f"etc/systemd/system/{wanted_by}.wants"
    wanted.mkdir(exist_ok=True)
    (wanted / name).symlink_to(Path("/") / unit.relative_to(root))


def unpack(root: Path, *packages: str) -> None:
    """Packages of Debian whose scripts need not run; dpkg in the guest does not know of them.

    Not by `dpkg-deb -x`, which would put a directory where /lib is a link.
    """
    script = 'dpkg-deb --fsys-tarfile "$1" | tar -C "$2" --keep-directory-symlink -xf -'
    for package in packages:
        run("bash", "-o", "pipefail", "-c", script, "bash", download(package), root)

