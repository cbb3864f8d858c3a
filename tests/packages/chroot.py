# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A minimal Debian 12 to install packages in, without network once it has been made."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lab.cache import cached
from lab.debian import apt_sources

AT_HAND = ("libjson-glib-1.0-0", "libvirt0", "qemu-guest-agent")
"""What tests install of Debian's; their packages lie in apt's cache, with all they need."""
FETCH = f"apt-get install -q -y --no-install-recommends --download-only {' '.join(AT_HAND)}"
SHRINK = "rm -rf /usr/share/doc/* /usr/share/i18n /usr/share/locale/* /usr/share/zoneinfo/*"
HOST_ONLY = ("/dev", "/proc", "/run", "/sys", "/tmp", "/root", "/debs")
BOOKKEEPING = ("/etc/ld.so.cache", "/var/cache", "/var/lib/apt", "/var/lib/dpkg", "/var/log")
"""Places where apt, dpkg and ldconfig write for themselves."""

Files = dict[str, str]


class Chroot:
    """A root directory with Debian in it."""

    def __init__(self, root: Path, tree: Path) -> None:
        self.root = root
        subprocess.run(["tar", "-C", root, "-xf", tree], check=True)
        (root / "debs").mkdir(exist_ok=True)

    def run(self, *command: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run something in it, in namespaces of its own."""
        inside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--ipc"]
        inside += [f"--root={self.root}", "--mount-proc", *command]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            inside, env={**environment, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def apt(self, *words: str) -> str:
        """apt-get, without questions; all that it and the maintainer scripts print."""
        done = self.run("apt-get", "-q", "-y", "--no-install-recommends", *words)
        return done.stdout + done.stderr

    def offer(self, *debs: Path) -> "list[str]":
        """Names for apt of packages from outside."""
        for deb in debs:
            shutil.copy(deb, self.root / "debs")
        return [f"/debs/{deb.name}" for deb in debs]

    def dpkg(self, *words: str) -> str:
        """dpkg, much faster than apt; all that it and the maintainer scripts print."""
        done = self.run("dpkg", *words)
        return done.stdout + done.stderr

    def install(self, *debs: Path) -> str:
        """Packages from outside, which find all they need."""
        return self.dpkg("--force-confold", "-i", *self.offer(*debs))

    def state_of(self, package: str) -> str:
        """As dpkg has it: installed, config-files, or nothing."""
        query = ("dpkg-query", "-W", "-f", "${db:Status-Status}", package)
        return self.run(*query, check=False).stdout

    def path(self, inside: str) -> Path:
        """Where a file in it lies outside."""
        return self.root / inside.lstrip("/")

    def write(self, inside: str, text: str, mode: int = 0o644) -> Path:
        """A file in it, anew."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def files(self) -> Files:
        """All files and directories but bookkeeping, with what is in them."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            inside = "/" + os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if _counts(os.path.normpath(f"{inside}/{name}"))]
            for name in (*folders, *names):
                path = os.path.normpath(f"{inside}/{name}")
                if _counts(path):
                    found[path] = _fingerprint(Path(folder) / name)
        return found


def _counts(path: str) -> bool:
    return not path.startswith((*HOST_ONLY, *BOOKKEEPING))


def _fingerprint(path: Path) -> str:
    if path.is_symlink():
        return os.readlink(path)
    state = path.stat()
    content = "" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{state.st_mode:o} {state.st_uid} {state.st_gid} {content}"


def minimal() -> Path:
    """An archive with what is essential, and apt."""
    return cached("debian-12-packages", _bootstrap) / "root.tar"


def ready() -> Path:
    """The same with all that our packages need."""
    return cached("debian-12-packages-ready", _prepare) / "root.tar"


def _bootstrap(draft: Path) -> None:
    command: list[str | Path] = ["mmdebstrap", "--variant=minbase", "--skip=cleanup/apt"]
    command += ["--dpkgopt=force-unsafe-io", f'--customize-hook=chroot "$1" {FETCH}']
    command += [f'--customize-hook=chroot "$1" sh -c "{SHRINK}"']
    command += ["bookworm", draft / "root.tar", *apt_sources()]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def _prepare(draft: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="packages-") as path:
        machine = Chroot(Path(path), minimal())
        machine.apt("install", *AT_HAND[:2])
        subprocess.run(["tar", "-C", path, "-cf", draft / "root.tar", "."], check=True)
