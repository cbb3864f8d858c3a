# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that the kernel's freezer cannot stop.

It opens a file on a frozen file system, and waits in the kernel where no
signal reaches it. A hook starts it, so that preflight has not seen it. The
guest needs a data disk (``data_mb``).
"""

from .vm import Vm

NAME = "stuck (a) task"
"""Up to 15 bytes of a program's name are kept; this one is hard to parse."""

SCRIPT = "#!/bin/sh\\necho $$ >/run/stuck.pid\\necho more >/data/file\\n"
HOOK = "/etc/hypnos/sleep.d/50-stuck"
GET_STUCK = f"""#!/bin/sh
[ "$1" = pre ] || exec fsfreeze --unfreeze /data
fsfreeze --freeze /data
'/run/{NAME}' >/run/stuck.log 2>&1 &
until grep -q 'State:.*D' /proc/$(cat /run/stuck.pid)/status; do usleep 20000; done
"""


def get_stuck(vm: Vm, freeze_timeout_ms: int = 3000) -> None:
    """From the next sleep on, with the freezer's patience cut; its post lets the program end."""
    vm.sh(f"echo {freeze_timeout_ms} >/sys/power/pm_freeze_timeout").check()
    vm.sh(f"printf '{SCRIPT}' >'/run/{NAME}' && chmod 755 '/run/{NAME}'").check()
    vm.sh("mkdir -p /etc/hypnos/sleep.d").check()
    vm.sh(f"cat >{HOOK} <<'END'\n{GET_STUCK}END\nchmod 755 {HOOK}").check()


def pid(vm: Vm) -> int:
    """Of the program that was stuck last."""
    return int(vm.sh("cat /run/stuck.pid").check())


def get_loose(vm: Vm) -> None:
    """No more of that."""
    vm.sh(f"rm {HOOK}").check()
