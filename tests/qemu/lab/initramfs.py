# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guest's whole userland: busybox, the modules, the programs under test.

The archive is not compressed: without hardware virtualisation a copy is far
cheaper than gunzip.
"""

import hashlib
import re
import shlex
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Mapping, Sequence

from .cache import cached
from .cpio import Archive
from .kernel import Kernel, find_kernel
from .modules import MODULES, ModuleIndex

HERE = Path(__file__).parent
BUSYBOX = Path("/bin/busybox")
GUEST_DIRECTORIES = ("dev", "proc", "sys", "run", "tmp", "data", "root", "var/lib", "etc/lab")

Files = Mapping[str, tuple[str | bytes, int]]
"""Guest path to content and mode."""


@dataclass(frozen=True)
class Contents:
    """What goes into an initramfs beside busybox and the modules."""

    programs: Mapping[str, Path] = field(default_factory=dict)
    """Guest path to the host's binary; shared libraries follow by themselves."""

    agent: Sequence[str] = ()
    """The agent's command line in the guest; it is kept running."""

    files: Files = field(default_factory=dict)

    modules: Sequence[str] = ()
    """Of the kernel, beside those that every guest has."""


@dataclass(frozen=True)
class Image:
    """A kernel and an initramfs: what a guest boots from."""

    kernel: Kernel
    initramfs: Path


def build_image(kernel: Kernel, contents: Contents) -> Image:
    """The image for `contents`, made only if the same was not made before."""
    data = _archive(kernel, contents).pack()
    name = f"initramfs-{hashlib.sha256(data).hexdigest()[:16]}"
    entry = cached(name, lambda draft: _write(draft / "initramfs.cpio", data))
    return Image(kernel, entry / "initramfs.cpio")


def agent_image(agent: Path, arguments: Sequence[str] = ()) -> Image:
    """An image whose guests run `agent`."""
    guest_path = f"/usr/sbin/{agent.name}"
    contents = Contents(programs={guest_path: agent}, agent=[guest_path, *arguments])
    return build_image(find_kernel(), contents)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _archive(kernel: Kernel, contents: Contents) -> Archive:
    archive = Archive()
    for path in GUEST_DIRECTORIES:
        archive.directory(path)
    _add_busybox(archive)
    _add_modules(archive, kernel, (*MODULES, *contents.modules))
    _add_programs(archive, contents.programs)
    _add_scripts(archive, contents.agent)
    _add_files(archive, contents.files)
    return archive


def _add_busybox(archive: Archive) -> None:
    archive.file("bin/busybox", BUSYBOX.read_bytes(), 0o755)
    for applet in _output(BUSYBOX, "--list").split():
        if applet != "busybox":
            archive.symlink(f"bin/{applet}", "busybox")


def _add_modules(archive: Archive, kernel: Kernel, names: tuple[str, ...]) -> None:
    index = ModuleIndex(kernel)
    paths = index.closure(names)
    home = f"lib/modules/{kernel.version}"
    for path in paths:
        archive.file(f"{home}/{path}", (kernel.modules / path).read_bytes())
    archive.file(f"{home}/modules.dep", index.dependencies(paths).encode())


def _add_programs(archive: Archive, programs: Mapping[str, Path]) -> None:
    for guest_path, program in programs.items():
        archive.file(guest_path, _stripped(program), 0o755)
        for library in _libraries(program):
            archive.file(library, Path(library).read_bytes(), 0o755)


def _add_scripts(archive: Archive, agent: Sequence[str]) -> None:
    archive.file("init", (HERE / "init").read_bytes(), 0o755)
    for script in sorted((HERE / "guest").iterdir()):
        archive.file(f"etc/lab/{script.name}", script.read_bytes(), 0o755)
    archive.symlink("sbin/shutdown", "/etc/lab/shutdown")
    archive.symlink("var/run", "/run")
    if agent:
        archive.file("etc/lab/agent.cmd", (shlex.join(agent) + "\n").encode())


def _add_files(archive: Archive, files: Files) -> None:
    for path, (content, mode) in files.items():
        data = content.encode() if isinstance(content, str) else content
        archive.file(path, data, mode)


def _stripped(program: Path) -> bytes:
    """Without debug information, which would only fill the guest's memory."""
    with tempfile.NamedTemporaryFile() as copy:
        subprocess.run(["strip", "-o", copy.name, program], check=True)
        return Path(copy.name).read_bytes()


def _libraries(program: Path) -> list[str]:
    """The shared libraries of a program, its dynamic linker among them."""
    listing = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    if missing := re.findall(r"(\S+) => not found", listing):
        raise FileNotFoundError(f"{program} needs {', '.join(missing)}")
    return re.findall(r"(/\S+) \(0x", listing)


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
