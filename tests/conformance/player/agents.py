# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two agents that the corpus is played to."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot
from harness.waiting import wait_for

from .corpus import Case, State
from .play import Player

MARKER = "qga.state.isfrozen"
DIRECTORY = "/corpus"
"""What $dir is in the fake root."""
NOBODY = 65534


def put(file: Path, state: State) -> None:
    """Make it be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if state.kind == "directory":
        file.mkdir(exist_ok=True)
    elif state.kind == "link":
        file.symlink_to(state.text)
    else:
        file.write_text(state.text)
        file.chmod(0o755 if state.kind == "program" else 0o666)


@contextmanager
def hypnos(binary: str, directory: Path, case: Case) -> Iterator[Player]:
    """hypnos-agent, whose root is a directory."""
    root = FakeRoot(directory / "r")
    (root.path / DIRECTORY[1:]).mkdir()

    def locate(path: str) -> Path:
        return root.path / path.replace("$dir", DIRECTORY)[1:]

    about = {"$root": str(root.path), "$uid": str(os.getuid()), "$gid": str(os.getgid())}
    for state in case.state:
        text = re.sub(r"\$(root|uid|gid)\b", lambda found: about[found[0]], state.text)
        put(locate(state.path), State(state.kind, state.path, text))
    if case.frozen:
        put(root.path / "run" / MARKER, State("file", MARKER))
    agent = Agent(binary, root, more=["--statedir=/run", *case.options])
    try:
        agent.start()
        yield Player("hypnos", agent.connect, {"dir": DIRECTORY}, locate)
        assert not agent.died_by_itself(), agent.log_text()
    finally:
        agent.stop()


class QemuGa:
    """Debian's. As nobody it cannot change the machine, whatever it is asked for."""

    def __init__(self, options: list[str] | None = None, frozen: bool = False) -> None:
        program = shutil.which("qemu-ga", path="/usr/sbin:/usr/bin")
        assert program, "install qemu-guest-agent: the corpus is compared with it"
        self._home = tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True)
        self.path = Path(self._home.name)
        self.path.chmod(0o777)
        if frozen:
            put(self.path / MARKER, State("file", MARKER))
        socket = self.path / "s"
        self._process = subprocess.Popen(
            [program, "-m", "unix-listen", "-p", str(socket), "-t", str(self.path)]
            + ["-f", str(self.path / "pid"), *(options or [])],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **({"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}),
        )
        wait_for(socket.exists, "qemu-ga's socket")

    def connect(self) -> Client:
        """It is not judged: some of its lines would not pass. It serves one client at a time."""
        connected: list[Client] = []

        def connect() -> bool:
            """Its socket is there a moment before it listens."""
            try:
                connected.append(Client.unix(self.path / "s", judged=False))
            except ConnectionRefusedError:
                return False
            return True

        wait_for(connect, "qemu-ga listening")
        return connected[0]

    def end(self) -> None:
        """The program and its files."""
        self._process.kill()
        self._process.wait()
        self._home.cleanup()

    @contextmanager
    def playing(self, case: Case) -> Iterator[Player]:
        """For one case."""
        with tempfile.TemporaryDirectory(dir=self.path) as directory:
            Path(directory).chmod(0o777)

            def locate(path: str) -> Path | None:
                """The machine's own files are as they are."""
                found = path.replace("$dir", directory)
                return Path(found) if found != path else None

            for state in case.state:
                if file := locate(state.path):
                    put(file, state)
            yield Player("qemu-ga", self.connect, {"dir": directory}, locate)
