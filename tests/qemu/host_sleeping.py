# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A host that is asked to sleep, as tests ask it and judge it."""

import json
from contextlib import contextmanager
from typing import Any, Iterator

import pytest
from hypnosctl import REFUSED
from lab import Completed
from lab.host import Host

RTC_STEP_MS = 1500
"""A length of sleep is as exact as the RTC, which counts seconds."""
SHORT = ("--allow-short", "--for", "15")
"""For all that does not depend on the length; an alarm is never less than 10 s ahead."""
LONG = ("--for", "600")
"""Of a sleep that is not to come to its alarm."""
NOT_YET = (*LONG, "--delay", "600")


def ask(host: Host, *words: str) -> Completed:
    """`hypnosctl host suspend`."""
    return host.vm.sh(f"hypnosctl host suspend --json {' '.join(words)}", timeout=60)


def accepted(host: Host, *words: str) -> str:
    """The operation that has begun."""
    report = json.loads(ask(host, "--no-wait", *words).check().splitlines()[-1])
    operation: str = report["operation"]
    return operation


def refused(host: Host, *words: str) -> str:
    """What the refusal says."""
    done = ask(host, *words)
    assert done.returncode == REFUSED, done.stdout
    text: str = json.loads(done.stdout.splitlines()[-1])["error"]["text"]
    return text


def sleep_in_ram(host: Host, *words: str) -> "tuple[float, dict[str, Any]]":
    """How long QEMU has seen it asleep, and the record."""
    seen = host.vm.qmp.mark()
    operation = accepted(host, *words)
    seconds = host.sleep_through(seen)
    return seconds, host.wait_over(operation)


def assert_slept(record: "dict[str, Any]", seconds: float, woken_by: str = "alarm") -> None:
    """A sleep of that length, ended so."""
    assert (record["outcome"], record["woken-by"]) == ("slept", woken_by), record
    assert record["slept-ms"] == pytest.approx(seconds * 1000, abs=RTC_STEP_MS)


def cancelled(host: Host, operation: str) -> None:
    """Call it off."""
    host.sh(f"hypnosctl host cancel {operation}")
    assert host.wait_over(operation)["outcome"] == "cancelled"


@contextmanager
def slow_guest(host: Host, seconds: int) -> Iterator[None]:
    """The guest's agent takes so long before each sleep."""
    hook = "/etc/hypnos/sleep.d/10-slow"
    script = f'#!/bin/sh\\n[ "$1" = post ] || exec sleep {seconds}\\n'
    host.inner.sh(f"mkdir -p {hook[:-8]}; printf '{script}' >{hook}; chmod 755 {hook}").check()
    host.inner.sh(f"printf '[Hook]\\nTimeout=120\\n' >{hook}.conf").check()
    try:
        yield
    finally:
        host.inner.sh(f"rm -f {hook} {hook}.conf", timeout=60).check()
