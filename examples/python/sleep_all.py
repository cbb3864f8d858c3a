#!/usr/bin/env python3
# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts guests to sleep side by side, on the loop of asyncio, and says how each of them ended.

    sleep_all.py --to ram qmp=/run/web/qmp,agent=/run/web/agent web-2 'rack-*'
"""

import argparse
import asyncio
import sys
from typing import Any

from hypnos_ctypes import Guest, HypnosError, Loop, Report, select


async def ask(guest: Guest, operation: str, **options: Any) -> "Report | HypnosError":
    """An operation that can be awaited."""
    ended: "asyncio.Future[Report | HypnosError]" = asyncio.get_running_loop().create_future()
    guest.start(operation, ended.set_result, **options)
    return await ended


async def put_to_sleep(loop: Loop, spec: Report, mode: str) -> bool:
    """Whether the guest sleeps; says what became of it."""
    with Guest(loop, spec) as guest:
        report = await ask(guest, "suspend", mode=mode)
    if isinstance(report, HypnosError):
        print(f"{spec['name']}: {report.code.name}: {report}")
        return False
    print(f"{spec['name']}: {report['outcome']}: {report['text']}")
    return report["outcome"] == "slept"


async def put_all_to_sleep(specs: list[Report], mode: str) -> bool:
    """Whether all of them sleep."""
    with Loop() as loop:
        asyncio.get_running_loop().add_reader(loop.fileno(), loop.dispatch)
        slept = await asyncio.gather(*(put_to_sleep(loop, spec, mode) for spec in specs))
        asyncio.get_running_loop().remove_reader(loop.fileno())
    return all(slept)


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", default="ram", choices=["ram", "disk", "hybrid"])
    parser.add_argument("--guests-d", default="/etc/hypnos/guests.d")
    parser.add_argument("guest", nargs="+")
    words = parser.parse_args()
    try:
        specs = select(words=words.guest, guests_d=words.guests_d)
    except HypnosError as error:
        print(error, file=sys.stderr)
        return int(error.code)
    return 0 if asyncio.run(put_all_to_sleep(specs, words.to)) else 1


if __name__ == "__main__":
    sys.exit(main())
