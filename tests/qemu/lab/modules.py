# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which kernel module files a list of module names needs."""

from pathlib import Path

from .kernel import Kernel

MODULES = (
    "button",
    "virtio_pci",
    "virtio_blk",
    "virtio_console",
    "virtio_net",
    "virtio_balloon",
    "virtio_scsi",
    "virtio_rng",
    "vsock",
    "vsock_loopback",
    "vmw_vsock_virtio_transport",
    "ext4",
    "rtc-cmos",
    "fuse",
    "loop",
    "lzo-rle",
    "softdog",
    "virtio_mem",
    "virtiofs",
    "zram",
)
"""What the lab's guests can do; names a kernel has built in cost nothing."""


class ModuleIndex:
    """The kernel's ``modules.dep``, by module name."""

    def __init__(self, kernel: Kernel) -> None:
        lines = (kernel.modules / "modules.dep").read_text().splitlines()
        self._lines = {line.split(":")[0]: line for line in lines}
        self._paths = {_name(path): path for path in self._lines}

    def closure(self, names: tuple[str, ...]) -> list[str]:
        """The paths of the named modules that are files, and of all they need."""
        paths = [self._paths[_name(name)] for name in names if _name(name) in self._paths]
        return sorted({path for top in paths for path in (top, *self._needs(top))})

    def dependencies(self, paths: list[str]) -> str:
        """A ``modules.dep`` cut down to `paths`."""
        return "".join(self._lines[path] + "\n" for path in paths)

    def _needs(self, path: str) -> list[str]:
        return self._lines[path].split(":")[1].split()


def _name(path: str) -> str:
    """Module names treat ``-`` and ``_`` alike."""
    return Path(path).name.split(".ko")[0].replace("-", "_")
