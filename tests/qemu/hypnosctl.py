# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnosctl as a user runs it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from lab import AGENT_PORT, POWER_PORT, Vm

DONE, FAILED, USAGE, UNREACHABLE, REFUSED, TIMED_OUT, DIFFERS = range(7)


def command(*words: str) -> list[str]:
    """The command line."""
    return [os.environ["HYPNOSCTL"], *words]


def reports(text: str) -> "list[dict[str, Any]]":
    """What --json printed: an object a line."""
    return [json.loads(line) for line in text.splitlines()]


def run(*words: str, timeout: float = 120) -> "tuple[int, list[dict[str, Any]], str]":
    """Exit status, the reports of --json, and what stands on standard error."""
    done = subprocess.run(
        command(*words, "--json"), capture_output=True, text=True, timeout=timeout
    )
    return done.returncode, reports(done.stdout), done.stderr


def guest(vm: Vm, port: str = AGENT_PORT) -> str:
    """The guest as hypnosctl names it."""
    name = "power" if port == POWER_PORT else "agent"
    return f"qmp={vm.home.qmp2},{name}={vm.home.port(port)}"


def know(directory: Path, name: str, vm: Vm, after: str = "") -> None:
    """Write the guest's file into a guests.d."""
    text = f"[Guest]\nQmp={vm.home.qmp2}\nAgent={vm.home.port(AGENT_PORT)}\n"
    text += f"Power={vm.home.port(POWER_PORT)}\n"
    directory.mkdir(exist_ok=True)
    (directory / f"{name}.conf").write_text(text + (f"After={after}\n" if after else ""))
