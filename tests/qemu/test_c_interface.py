# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library under Python, with a real guest."""

import os
import sys
from pathlib import Path
from typing import Callable

import pytest
from lab import AGENT_PORT, POWER_PORT, Vm

pytestmark = pytest.mark.qemu

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build")).resolve()
os.environ["HYPNOS_LIBRARY"] = str(BUILD / "host-client/libhypnos-client.so.0")
sys.path.insert(0, str(TOP / "examples/python"))

from hypnos_ctypes import Guest, Loop, Report  # noqa: E402


def test_a_guest_sleeps_and_wakes(vm_factory: Callable[..., Vm]) -> None:
    vm = vm_factory().wait_ready()
    ports = {"agent": vm.home.port(AGENT_PORT), "power": vm.home.port(POWER_PORT)}
    spec = {"name": "web", "qmp": vm.home.qmp2, **ports}
    events: list[Report] = []
    with Loop() as loop, Guest(loop, {name: str(value) for name, value in spec.items()}) as guest:
        with guest.watch(events.append):
            assert guest.run("preflight", limit_ms=60000)["works"]
            slept = guest.run("suspend")
            assert (slept["guest"], slept["outcome"]) == ("web", "slept")
            assert vm.qmp.status() == "suspended"
            woken = guest.run("wake", boot_id=slept["boot-id"])
    assert woken["was-asleep"] and woken["record"]["transaction"] == slept["transaction"]
    assert {"HYPNOS_SUSPENDING", "SUSPEND", "WAKEUP"} <= {event["event"] for event in events}
