#!/usr/bin/env python3
# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts one guest to sleep in RAM and wakes it at once: the blocking way.

    nap.py qmp=/run/web/qmp,agent=/run/web/agent
"""

import sys

from hypnos_ctypes import Guest, HypnosError, Loop


def main() -> int:
    """The exit status."""
    with Loop() as loop, Guest(loop, sys.argv[1]) as guest:
        slept = guest.run("suspend")
        print(f"{slept['outcome']}: {slept['text']}")
        if slept["outcome"] != "slept":
            return 1
        print(guest.run("wake")["text"])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HypnosError as error:
        print(error, file=sys.stderr)
        sys.exit(error.code)
