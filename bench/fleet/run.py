#!/usr/bin/python3
# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A thousand guests and one process that drives them: starts all, measures, ends all.

Guests are stand-ins, which one process plays, and real agents with a directory for a root, which
cannot sleep. The exit status is that of fleet_bench: 1 if a target is missed.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/integration"))

from harness.agent import Agent  # noqa: E402
from harness.fake_root import FakeRoot  # noqa: E402


@contextlib.contextmanager
def stand_ins(program: Path, directory: Path, count: int) -> Iterator[None]:
    """A process that plays `count` guests. It ends with its standard input."""
    command = [str(program), str(directory), str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdin
        try:
            assert process.stdout.readline() == b"ready\n", "the stand-ins do not start"
            yield
        finally:
            process.stdin.close()
            process.wait()


@contextlib.contextmanager
def agents(program: Path, directory: Path, count: int) -> Iterator[list[Agent]]:
    """Real agents, each with a root of its own."""
    started: list[Agent] = []
    try:
        for i in range(count):
            started.append(Agent(str(program), FakeRoot(directory / f"r{i}")).start())
        yield started
    finally:
        for agent in started:
            agent.stop()


def write_guests(directory: Path, stand_in_count: int, real: list[Agent]) -> None:
    """The list that fleet_bench reads."""
    lines = [f"agent={directory}/{i}.agent,qmp={directory}/{i}.qmp" for i in range(stand_in_count)]
    lines += [f"agent={agent.socket}" for agent in real]
    (directory / "guests").write_text("".join(line + "\n" for line in lines))


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=TOP / "build")
    parser.add_argument("--stand-ins", type=int, default=900)
    parser.add_argument("--agents", type=int, default=100, help="real ones")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    programs = options.build / "bench/fleet"
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fleet-")))
        stack.enter_context(
            stand_ins(programs / "fleet_stand_in", directory, options.stand_ins)
        )
        agent = options.build / "agent/hypnos-agent"
        real = stack.enter_context(agents(agent, directory, options.agents))
        write_guests(directory, options.stand_ins, real)
        command = [str(programs / "fleet_bench"), str(directory), str(options.rounds)]
        return subprocess.run(command + ["--json"] * options.json, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
