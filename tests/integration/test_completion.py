# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion of hypnosctl in an interactive bash on a terminal."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.waiting import wait_for

COMPLETION = Path(__file__).parents[2] / "host-client/completion/hypnosctl"

FAKE = r"""#!/bin/bash
printf '%s\n' "$*" >>"$LOG"
case "$1 $2" in
"--help "*)
    echo 'Usage: hypnosctl VERB ...'
    echo
    echo '  hypnosctl suspend GUEST...'
    echo '      put guests to sleep'
    echo '  hypnosctl wake    GUEST...'
    echo '  hypnosctl host-sleep'
    echo '  hypnosctl host    VERB ...'
    echo
    echo 'hypnosctl VERB --help tells the options of a verb.'
    ;;
"list --names")
    cat "$NAMES"
    ;;
"host --help")
    echo '  hypnosctl host suspend'
    echo '  hypnosctl host status'
    ;;
"host suspend")
    echo '  --to=mem|s2idle          Where the memory goes'
    echo '  --no-alarm               Until somebody comes'
    ;;
*" --help")
    echo '  -h, --help               Show help options'
    echo '  --to=MODE                Where the memory goes --not-an-option'
    echo '  --require=deep|any       What is required'
    echo '  --on-failure=POLICY      What a failure means'
    echo '  --connect=URI            Ask libvirt'
    echo '  -o, --output=FILE        Write there'
    echo '  --json'
    echo
    echo 'Without --this it is text.'
    ;;
esac
"""

INSERT_ALL = "\x1b*"
LINE_START = "\x01"


class Shell:
    """A bash that types what a person would."""

    def __init__(self, home: Path, programs: Path) -> None:
        self.home = home
        self.result = home / "result"
        environment = {
            **{"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(home), "TERM": "dumb"},
            **{"INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8", "HISTFILE": ""},
            **{"LOG": str(home / "log"), "NAMES": str(home / "names")},
        }
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"], environment)
        self.run("bind 'set enable-bracketed-paste off'")
        self.run("words() { printf '%s\\n' \"$@\" >new && mv new result; }")
        self.run(f"source '{COMPLETION}'")

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def run(self, command: str) -> None:
        self.type(command + "\n")

    def complete(self, line: str) -> list[str]:
        """The words after hypnosctl, every completion inserted, as bash understands them."""
        self.type(f"hypnosctl {line}{INSERT_ALL}{LINE_START}words \n")
        wait_for(self.result.exists, "the completed line")
        words = self.result.read_text().splitlines()
        self.result.unlink()
        return words[1:]

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.fixture
def fake_shell(tmp_path: Path) -> Iterator[Shell]:
    """With a hypnosctl that knows the guests in the file ``names`` and logs how it is called."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "hypnosctl").write_text(FAKE)
    (programs / "hypnosctl").chmod(0o755)
    shell = Shell(tmp_path, programs)
    knows(shell, "db", "web-1", "web-2")
    yield shell
    shell.end()


@pytest.fixture
def real_shell(tmp_path: Path) -> Iterator[Shell]:
    """With the hypnosctl that was built."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "hypnosctl").symlink_to(Path(os.environ["HYPNOSCTL"]).resolve())
    shell = Shell(tmp_path, programs)
    yield shell
    shell.end()


def knows(shell: Shell, *names: str) -> None:
    """Tell the fake which guests there are."""
    (shell.home / "names").write_text("".join(name + "\n" for name in names))


def test_verbs(fake_shell: Shell) -> None:
    every = ["suspend", "wake", "host-sleep", "host", "--help", "--version"]
    assert sorted(fake_shell.complete("")) == sorted(every)
    assert fake_shell.complete("s") == ["suspend"]
    assert fake_shell.complete("x") == ["x"]


def test_options_are_those_of_the_help(fake_shell: Shell) -> None:
    every = ["--connect", "--help", "--json", "--on-failure", "--output", "--require", "--to"]
    assert sorted(fake_shell.complete("suspend --")[1:]) == every
    assert fake_shell.complete("suspend --j") == ["suspend", "--json"]
    assert fake_shell.complete("suspend web-1 --req") == ["suspend", "web-1", "--require"]


@pytest.mark.parametrize(
    ("option", "begin", "values"),
    [
        ("--to", "", ["disk", "hybrid", "ram"]),
        ("--to", "r", ["ram"]),
        ("--require", "", ["any", "deep"]),
        ("--on-failure", "", ["continue", "stop", "undo"]),
    ],
)
def test_values(fake_shell: Shell, option: str, begin: str, values: list[str]) -> None:
    assert fake_shell.complete(f"suspend {option} {begin}") == ["suspend", option, *values]


def test_a_value_after_an_equals_sign(fake_shell: Shell) -> None:
    assert fake_shell.complete("suspend --to=r") == ["suspend", "--to=ram"]
    assert fake_shell.complete("suspend --require=d") == ["suspend", "--require=deep"]
    assert fake_shell.complete("suspend --on-failure=u") == ["suspend", "--on-failure=undo"]


def test_files(fake_shell: Shell) -> None:
    (fake_shell.home / "chart one.svg").touch()
    for option in ("-o ", "--output "):
        assert fake_shell.complete(f"suspend {option}cha")[-1] == "chart one.svg"
    (fake_shell.home / "qmp.sock").touch()
    assert fake_shell.complete("suspend qmp=qm") == ["suspend", "qmp=qmp.sock"]
    assert fake_shell.complete("suspend agent=/a,qmp=qm") == ["suspend", "agent=/a,qmp=qmp.sock"]


def test_guests(fake_shell: Shell) -> None:
    assert fake_shell.complete("wake ") == ["wake", "db", "web-1", "web-2"]
    assert fake_shell.complete("wake db w") == ["wake", "db", "web-1", "web-2"]
    assert fake_shell.complete("wake --json --to ram d") == ["wake", "--json", "--to", "ram", "db"]


def test_verbs_of_the_host(fake_shell: Shell) -> None:
    assert sorted(fake_shell.complete("host ")) == ["--help", "host", "status", "suspend"]
    assert fake_shell.complete("host su") == ["host", "suspend"]
    assert fake_shell.complete("host suspend --n") == ["host", "suspend", "--no-alarm"]
    assert fake_shell.complete("host suspend --to ") == ["host", "suspend", "--to", "mem", "s2idle"]
    assert fake_shell.complete("host suspend --to=s") == ["host", "suspend", "--to=s2idle"]


def test_the_host_has_no_guests(fake_shell: Shell) -> None:
    assert fake_shell.complete("host suspend w") == ["host", "suspend", "w"]


def test_a_raw_command_has_one_guest(fake_shell: Shell) -> None:
    assert fake_shell.complete("agent d") == ["agent", "db"]
    assert fake_shell.complete("agent db w") == ["agent", "db", "w"]


def test_guests_of_the_connections_on_the_line(fake_shell: Shell) -> None:
    line = "suspend --connect qemu:///system --connect='qemu+ssh://r/system?x=1' d"
    assert fake_shell.complete(line)[-1] == "db"
    last_call = (fake_shell.home / "log").read_text().splitlines()[-1]
    uris = "--connect=qemu:///system --connect=qemu+ssh://r/system?x=1"
    assert last_call == f"list --names {uris}"


def test_names_of_hosts(fake_shell: Shell) -> None:
    knows(fake_shell, "fd00::1/web", "localhost#2/web")
    assert fake_shell.complete("wake fd00:") == ["wake", "fd00::1/web"]
    assert fake_shell.complete("wake fd00::1/") == ["wake", "fd00::1/web"]
    assert fake_shell.complete("wake loc") == ["wake", "localhost#2/web"]


def test_names_are_never_run(fake_shell: Shell) -> None:
    hostile = ["$(touch ran)", "`touch ran`", "a; touch ran", "b\tc", "*", "~root", "d'e", 'f"g']
    knows(fake_shell, *hostile)
    assert sorted(fake_shell.complete("wake ")) == sorted(["wake", *hostile])
    assert not (fake_shell.home / "ran").exists()


def test_no_guests(fake_shell: Shell) -> None:
    knows(fake_shell)
    assert fake_shell.complete("wake w") == ["wake", "w"]


def help_of(*words: str) -> str:
    """What hypnosctl says itself."""
    command = [os.environ["HYPNOSCTL"], *words, "--help"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_verbs_of_the_real_one(real_shell: Shell) -> None:
    verbs = re.findall(r"^  hypnosctl (\S+)", help_of(), re.MULTILINE)
    assert {"suspend", "wake", "status", "watch", "agent"} <= set(verbs)
    assert sorted(real_shell.complete("")) == sorted([*verbs, "--help", "--version"])


def test_options_of_the_real_one(real_shell: Shell) -> None:
    verbs = [[verb] for verb in re.findall(r"^  hypnosctl (\S+)", help_of(), re.MULTILINE)]
    of_host = re.findall(r"^  hypnosctl host (\S+)", help_of("host"), re.MULTILINE)
    assert {"capabilities", "suspend", "status", "cancel"} == set(of_host)
    for verb in verbs + [["host", verb] for verb in of_host]:
        told = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", help_of(*verb), re.MULTILINE)
        assert "--help" in told
        assert sorted(real_shell.complete(f"{' '.join(verb)} --")) == sorted([*verb, *told])
    assert real_shell.complete("suspend --to d") == ["suspend", "--to", "disk"]
    assert real_shell.complete("suspend --require=a") == ["suspend", "--require=any"]
