# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a virtual machine is made of."""

from dataclasses import dataclass

from .initramfs import Image

AGENT_PORT = "org.qemu.guest_agent.0"
POWER_PORT = "org.hypnos.power.0"


@dataclass(frozen=True)
class Spec:
    """The choices a test may make; the defaults can do S3 and S4."""

    image: Image | None
    """None: the firmware finds a boot loader on a disk, and the kernel's arguments are its business."""
    machine: str = "pc"
    s3: bool = True
    s4: bool = True
    memory_mb: int = 256
    cpus: int = 1
    accel: str = "tcg,thread=multi"
    swap_mb: int = 1024
    """Size of the swap disk, sparse on the host; 0 for none."""
    data_mb: int = 0
    """Size of an ext4 disk mounted on /data; 0 for none."""
    network: bool = False
    balloon: bool = False
    more_ports: tuple[str, ...] = ()
    only_ports: tuple[str, ...] = (AGENT_PORT, POWER_PORT)
    """Which of the agent's two ports there are at the start."""

    kernel_args: tuple[str, ...] = ()
    qemu_args: tuple[str, ...] = ()

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of all virtio-serial ports."""
        return (*self.only_ports, *self.more_ports)
