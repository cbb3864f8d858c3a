# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Form: what a tool can say about the files without running them."""

import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build"))
EXPOSURE = {"hypnos-agent": 57, "hypnos-hostd": 38}
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
    scripts += ["packaging/hooks/*", "packaging/debian/*.post*", "packaging/debian/*.pre*"]
    scripts += ["packaging/debian/tests/[!c]*", "examples/mkosi/mkosi.finalize"]
    check("shellcheck", "-x", *tracked(*scripts))


def test_spelling() -> None:
    files = tracked("*.md", "*.cpp", "*.hpp", "*.py", "*.[158]")
    check("codespell", "-L", "SUSPEN,ist,crypted,nd", *files)


def test_licences() -> None:
    check("reuse", "lint")


DAEMONS = pytest.mark.parametrize("daemon", ["agent/hypnos-agent", "host-client/hypnos-hostd"])
"""The folder that has the manual, and the name of unit and manual."""


@DAEMONS
def test_unit_file(daemon: str) -> None:
    unit = str(BUILD / f"systemd-units/{Path(daemon).name}.service")
    check(
        *("systemd-analyze", "security", "--offline=true", "--no-pager"),
        *(f"--threshold={EXPOSURE[Path(daemon).name]}", unit),
    )


def test_the_drop_in_lifts_the_sandbox(tmp_path: Path) -> None:
    """Nearly as free as Debian's qemu-ga, whose measure is 96: more than 90, and every line understood."""
    unit = (BUILD / "systemd-units/hypnos-agent.service").read_text()
    drop_in = (TOP / "systemd-units/unrestricted.conf").read_text()
    free = tmp_path / "hypnos-agent.service"
    free.write_text(unit + drop_in.partition("[Service]\n")[2])
    measure = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=90", free]
    done = subprocess.run(measure, capture_output=True, text=True)
    assert done.returncode != 0, done.stdout
    assert free.name + ":" not in done.stderr, done.stderr


def test_units_are_understood(tmp_path: Path) -> None:
    """All of them; where programs and manuals are is not looked at."""
    folder = BUILD / "systemd-units"
    written = [TOP / name for name in tracked("systemd-units/*.service")]
    found = (*folder.glob("*.service"), *written)
    units = [unit for unit in found if "D-BUS" not in unit.read_text()]
    for unit in units:
        text = re.sub(r"^(ExecStart=-?)\S+", r"\1/bin/true", unit.read_text(), flags=re.M)
        (tmp_path / unit.name).write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.M))
    for unit in units:
        command = ["systemd-analyze", "verify", "--recursive-errors=no", tmp_path / unit.name]
        done = subprocess.run(command, capture_output=True, text=True)
        complaints = [line for line in done.stderr.splitlines() if unit.name in line]
        assert len(units) == 4 and (done.returncode, complaints) == (0, [])


@DAEMONS
def test_the_unit_does_not_start_again_what_would_fail_again(daemon: str) -> None:
    """The exit statuses that the manual explains, but for 0 and 1."""
    folder, name = daemon.split("/")
    unit = (TOP / f"systemd-units/{name}.service.in").read_text()
    prevented = re.search(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    manual = (TOP / f"{folder}/man/{name}.8").read_text()
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


def test_every_code_of_setup_is_in_its_page() -> None:
    """Those that hypnos-setup gives, and those that its page explains."""
    source = "".join((TOP / name).read_text() for name in tracked("agent/setup/core/*.cpp"))
    given = set(re.findall(r'"(setup\.[a-z-]+)"', source))
    told = set(re.findall(r"^\| `(setup\.[a-z-]+)` \|", (TOP / "docs/setup.md").read_text(), re.M))
    assert given and given == told


def options_in(text: str) -> set[str]:
    """Long options that a text mentions."""
    return set(re.findall(r"--[a-z][a-z-]*", text))


@pytest.mark.parametrize(
    "program",
    [
        "agent/hypnos-agent",
        "agent/setup/hypnos-setup",
        "host-client/hypnosctl",
        "host-client/hostd/hypnos-hostd",
    ],
)
def test_every_option_is_in_the_manual(program: str) -> None:
    name = Path(program).name
    manual = next(TOP.glob(f"**/man/{name}.[18]")).read_text().replace("\\-", "-")
    of_host = [["host", verb] for verb in ("capabilities", "suspend", "status", "cancel")]
    verbs = [["suspend"], ["wake"], ["status"], ["watch"], *of_host]
    for verb in verbs if name == "hypnosctl" else [[]]:
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


@pytest.mark.parametrize(
    ("code", "page"),
    [
        ("agent/system/config.cpp", "agent/man/hypnos-agent.8"),
        ("host-client/hostd/config.cpp", "host-client/man/hypnos-hostd.8"),
    ],
)
def test_the_manual_has_the_keys_of_the_configuration(code: str, page: str) -> None:
    source = (TOP / code).read_text()
    manual = (TOP / page).read_text()
    section = manual.partition(".SH CONFIGURATION")[2].partition(".SH ")[0]
    read = re.findall(r'Key\{"(\w+)", "(\w+)"', source)
    documented = [
        (group, key)
        for group, text in re.findall(r"^\.SS \[(\w+)[^]]*\]\n(.*?)(?=^\.SS|\Z)", section, re.M | re.S)
        for key in re.findall(r"^\.BR (\w+) =", text, re.M)
    ]
    assert read and documented == read


def test_the_manual_has_the_keys_of_the_page_on_host_sleep() -> None:
    """By group; the page's example has all of them."""
    page = (TOP / "docs/host-sleep.md").read_text().partition("```ini\n")[2].partition("```")[0]
    manual = (TOP / "host-client/man/hypnos-hostd.8").read_text()
    section = manual.partition(".SH CONFIGURATION")[2].partition(".SH ")[0]
    told = re.findall(r"^(\[\w+)|^(\w+)=", page, re.M)
    documented = re.findall(r"^\.SS (\[\w+)|^\.BR (\w+) =", section, re.M)
    assert told and documented == told


def test_the_bus_and_polkit_know_the_same_names() -> None:
    """The bus name and the interface, in all files that name them; the actions of the manual."""
    units = TOP / "systemd-units"
    name = re.search(r"^BusName=(.*)$", (units / "hypnos-hostd.service.in").read_text(), re.M)
    assert name
    told = r"(?:own|send_destination|Name|interface name)=\"?(org\.hypnos[\w.]+)"
    for file in ("org.hypnos.Host1.conf", "org.hypnos.Host1.service"):
        assert set(re.findall(told, (units / file).read_text())) == {name[1]}, file
    interface = (TOP / "host-client/hostd/org.hypnos.Host1.xml").read_text()
    assert re.findall(told, interface) == [name[1]]
    call = f"call {name[1]} /{name[1].replace('.', '/')} {name[1]} WaitForGuests\n"
    assert call in (units / "hypnos-hostd-guests.service").read_text()
    assert '<method name="WaitForGuests"/>' in interface
    policy = (units / "org.hypnos.host1.policy").read_text()
    actions = re.findall(r'<action id="([^"]+)">', policy)
    manual = (TOP / "host-client/man/hypnos-hostd.8").read_text().replace("\\-", "-")
    assert actions == re.findall(r"\borg\.hypnos\.host1\.[a-z-]+", manual)


@pytest.mark.parametrize("pattern", ["systemd-units/*.conf", "systemd-units/*.policy", "*.xml"])
def test_xml_is_well_formed(pattern: str) -> None:
    for name in tracked(pattern):
        text = (TOP / name).read_text()
        if text.startswith("<"):
            ElementTree.fromstring(text)
