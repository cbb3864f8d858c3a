# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Form: what a tool can say about the files without running them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build"))
EXPOSURE = 51
"""systemd's measure times ten: 0 is bound hand and foot, 100 is free; Debian's qemu-ga has 96."""


def tracked(*patterns: str) -> list[str]:
    """Files of the repository by glob."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listing = subprocess.run(command, cwd=TOP, check=True, capture_output=True, text=True)
    return [name for name in listing.stdout.splitlines() if (TOP / name).exists()]


def check(*command: str) -> None:
    """Run a tool; its complaint is the failure."""
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_formatting() -> None:
    check("clang-format", "--dry-run", "-Werror", *tracked("*.cpp", "*.hpp"))


def test_shell() -> None:
    scripts = ["scripts/*.sh", ".ci/run", "tests/qemu/lab/init", "host-client/completion/*"]
    check("shellcheck", "-x", *tracked(*scripts))


def test_spelling() -> None:
    check("codespell", "-L", "SUSPEN,ist", *tracked("*.md", "*.cpp", "*.hpp", "*.py", "*.[158]"))


def test_licences() -> None:
    check("reuse", "lint")


def test_unit_file() -> None:
    unit = str(BUILD / "systemd-units/hypnos-agent.service")
    check(
        *("systemd-analyze", "security", "--offline=true", "--no-pager"),
        *(f"--threshold={EXPOSURE}", unit),
    )


def test_the_unit_does_not_start_again_what_would_fail_again() -> None:
    """The exit statuses that the manual explains, but for 0 and 1."""
    unit = (TOP / "systemd-units/hypnos-agent.service.in").read_text()
    prevented = re.search(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    manual = (TOP / "agent/man/hypnos-agent.8").read_text()
    section = manual.partition(".SH EXIT STATUS")[2].partition(".SH ")[0]
    statuses = re.findall(r"^\.B (\d+)$", section, re.MULTILINE)
    assert prevented and statuses == ["0", "1", *prevented[1].split()]


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("Codes", "sleep/core/preflight*"),
        ("What only the host knows", "host-client/lib/machine/*doctor.cpp"),
    ],
)
def test_every_finding_is_in_its_page(heading: str, code: str) -> None:
    """Codes that the checks can give, and those that operators can look up, are the same."""
    source = "".join((TOP / name).read_text() for name in tracked(code))
    given = set(re.findall(r'"([a-z]+\.[a-z0-9-]+)"', source))
    page = (TOP / "docs/preflight.md").read_text()
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `([a-z]+\.[a-z0-9-]+)` \|", section, re.MULTILINE))
    assert given and given == told


def options_in(text: str) -> set[str]:
    """Long options that a text mentions."""
    return set(re.findall(r"--[a-z][a-z-]*", text))


@pytest.mark.parametrize("program", ["agent/hypnos-agent", "host-client/hypnosctl"])
def test_every_option_is_in_the_manual(program: str) -> None:
    name = Path(program).name
    manual = next(TOP.glob(f"*/man/{name}.[18]")).read_text().replace("\\-", "-")
    for verb in [[]] if "agent" in name else [["suspend"], ["wake"], ["status"], ["watch"]]:
        text = subprocess.run(
            [BUILD / program, *verb, "--help"], check=True, capture_output=True, text=True
        ).stdout
        missing = options_in(text) - {"--help", "--version"} - options_in(manual)
        assert not missing, f"{name} {verb}: {missing}"


def test_the_manual_has_the_keys_of_guests() -> None:
    source = (TOP / "host-client/lib/fleet/guest_file.cpp").read_text()
    manual = (TOP / "host-client/man/hypnos-guests.d.5").read_text()
    section = manual.partition(".SH OPTIONS")[2].partition(".SH ")[0]
    read = re.findall(r'\bKey\{"(\w+)"', source) + re.findall(r'k(?:After|Mac) = "(\w+)"', source)
    assert read and re.findall(r"^\.BR (\w+) =", section, re.MULTILINE) == read


HOOKS_PAGE = TOP / "docs/hooks.md"


def hook_sources() -> str:
    """The code that says how hooks are called."""
    return "".join((TOP / name).read_text() for name in tracked("agent/system/hooks/*.cpp"))


def test_the_hooks_page_has_the_environment_of_hooks() -> None:
    variable = r"\b(?:HYPNOS|SYSTEMD)_[A-Z_]+\b"
    page = {name for name in re.findall(f"`({variable})`", HOOKS_PAGE.read_text())}
    events = {name for name in page if name.startswith("HYPNOS_SUSPEND")}
    assert page - events == set(re.findall(f'"({variable})=', hook_sources()))


def test_the_hooks_page_has_the_keys_of_side_files() -> None:
    section = HOOKS_PAGE.read_text().split("\n## Side file\n")[1].split("\n## ")[0]
    keys = set(re.findall(r'\bKey\{"(\w+)"', hook_sources()))
    assert keys
    assert set(re.findall(r"^\| `(\w+)=` \|", section, re.MULTILINE)) == keys


def test_the_manual_has_the_keys_of_the_configuration() -> None:
    source = (TOP / "agent/system/config.cpp").read_text()
    manual = (TOP / "agent/man/hypnos-agent.8").read_text()
    section = manual.partition(".SH CONFIGURATION")[2].partition(".SH ")[0]
    read = re.findall(r'Key\{"(\w+)", "(\w+)"', source)
    documented = [
        (group, key)
        for group, text in re.findall(r"^\.SS \[(\w+)\]\n(.*?)(?=^\.SS|\Z)", section, re.M | re.S)
        for key in re.findall(r"^\.BR (\w+) =", text, re.M)
    ]
    assert read and documented == read
