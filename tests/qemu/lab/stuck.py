# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that the kernel's freezer cannot stop.

It opens a file on a frozen file system, and waits in the kernel where no
signal reaches it. The guest needs a data disk (``data_mb``).
"""

from .vm import Vm

NAME = "stuck (a) task"
"""Up to 15 bytes of a program's name are kept; this one is hard to parse."""

SCRIPT = "#!/bin/sh\\necho $$ >/run/stuck.pid\\necho more >/data/file\\n"


def get_stuck(vm: Vm, freeze_timeout_ms: int = 3000) -> int:
    """Start the program, with the freezer's patience cut; its process id."""
    vm.sh(f"echo {freeze_timeout_ms} >/sys/power/pm_freeze_timeout").check()
    vm.sh(f"printf '{SCRIPT}' >'/run/{NAME}' && chmod 755 '/run/{NAME}'").check()
    vm.sh("fsfreeze --freeze /data").check()
    vm.sh(f"'/run/{NAME}' >/run/stuck.log 2>&1 &").check()
    state = "until grep -q 'State:.*D' /proc/$(cat /run/stuck.pid)/status; do usleep 20000; done"
    vm.sh(f"until [ -s /run/stuck.pid ]; do usleep 20000; done; {state}").check()
    return int(vm.sh("cat /run/stuck.pid").check())


def get_loose(vm: Vm) -> None:
    """Let the program end."""
    vm.sh("fsfreeze --unfreeze /data").check()
