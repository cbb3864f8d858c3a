# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A lab of small virtual machines that really sleep.

The guests run Debian's own kernel with a userland made on the spot, and start
in seconds without hardware virtualisation. Nothing here touches the power
state of the machine the tests run on.
"""

from .agentwire import AgentError, AgentWire
from .home import GuestDirectory
from .initramfs import Contents, Image, agent_image, build_image
from .kernel import Kernel, find_kernel
from .qmp import Event, Qmp, QmpError
from .shell import Completed
from .spec import AGENT_PORT, POWER_PORT, Spec
from .stream import wait_until
from .vm import GuestFailed, Vm

__all__ = [
    "AGENT_PORT",
    "POWER_PORT",
    "AgentError",
    "AgentWire",
    "Completed",
    "Contents",
    "Event",
    "GuestDirectory",
    "GuestFailed",
    "Image",
    "Kernel",
    "Qmp",
    "QmpError",
    "Spec",
    "Vm",
    "agent_image",
    "build_image",
    "find_kernel",
    "wait_until",
]
