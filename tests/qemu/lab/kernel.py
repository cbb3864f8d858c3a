# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's own kernel, taken out of its package without installing it."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .cache import cache_dir, cached


@dataclass(frozen=True)
class Kernel:
    """An unpacked kernel package."""

    root: Path

    @property
    def image(self) -> Path:
        """The bzImage to hand to QEMU."""
        return next(self.root.glob("boot/vmlinuz-*"))

    @property
    def version(self) -> str:
        """What ``uname -r`` says in the guest."""
        return self.image.name.removeprefix("vmlinuz-")

    @property
    def modules(self) -> Path:
        """The directory that holds ``modules.dep``."""
        return self.root / "lib" / "modules" / self.version


def find_kernel(flavour: str = "cloud-amd64") -> Kernel:
    """The newest cached kernel of a flavour; fetched when there is none."""
    deb = _cached_deb(flavour) or _download(flavour)
    return Kernel(cached(f"{deb.stem}.unpacked", lambda draft: _unpack(deb, draft)))


def _cached_deb(flavour: str) -> Path | None:
    """The network is left alone as long as any package of the flavour is here."""
    wanted = re.compile(rf"linux-image-[\d.]+-\d+-{re.escape(flavour)}_.*\.deb")
    debs = [deb for deb in cache_dir().glob("*/linux-image-*.deb") if wanted.fullmatch(deb.name)]
    return max(debs, key=lambda deb: deb.stat().st_mtime, default=None)


def _download(flavour: str) -> Path:
    package = real_package(f"linux-image-{flavour}")
    return download(package)


def download(package: str) -> Path:
    """A package of Debian, as apt chooses it."""
    entry = cached(f"{package}.deb", lambda draft: _apt_get_download(package, draft))
    return next(entry.glob("*.deb"))


def real_package(meta: str) -> str:
    """The package that `meta`, which is empty itself, depends on."""
    listing = _output("apt-cache", "depends", meta)
    found = re.search(r"Depends: (linux-image-\S+)", listing)
    if not found:
        raise LookupError(f"apt knows no kernel behind {meta}; is `apt-get update` due?")
    return found[1]


def _apt_get_download(package: str, directory: Path) -> None:
    _output("apt-get", "-q", "download", package, cwd=directory)


def _unpack(deb: Path, directory: Path) -> None:
    _output("dpkg-deb", "-x", deb, directory)
    kernel = Kernel(directory)
    _output("/sbin/depmod", "-b", directory, kernel.version)


def _output(*command: str | Path, cwd: Path | None = None) -> str:
    plain = {**os.environ, "LC_ALL": "C", "LANGUAGE": ""}
    done = subprocess.run(command, cwd=cwd, env=plain, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout
