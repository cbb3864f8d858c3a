# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What others need to use the library is installed: pkg-config is all that they ask.

``HYPNOS_BUILD`` is a build in which everything has been built.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.sleepy_guest import SleepyGuest

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build")).resolve()

CPP_PROGRAM = """
#include <hypnos/guest.hpp>
#include <hypnos/loop.hpp>
#include <hypnos/report.hpp>
#include <hypnos/timeline.hpp>
#include <iostream>

int main(int, char** words) {
    const hypnos::MainContext context;
    const auto spec = hypnos::parse_guest_spec(words[1]);
    if (!spec) return 2;
    hypnos::Guest guest(context.get(), *spec);
    const auto report = hypnos::run<hypnos::Result<hypnos::SuspendReport>>(
        context.get(), [&](const auto& done) { guest.suspend({}, done); });
    if (!report) return 1;
    const hypnos::Json json = hypnos::to_json("web", hypnos::SleepMode::Ram, *report);
    std::cout << json.dump() << "\\n";
    return hypnos::make_timeline(json, {}) ? 0 : 1;
}
"""

C_PROGRAM = """
#include <hypnos/hypnos.h>
#include <stdio.h>
int main(void) { return puts(hypnos_version()) < 0; }
"""


def run(*command: "str | Path", **more: str) -> str:
    """What a command prints."""
    environment = {**os.environ, **more}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the product has been installed."""
    directory = tmp_path_factory.mktemp("install")
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", directory)
    options = json.loads(run("meson", "introspect", "--buildoptions", BUILD))
    installed = next(str(option["value"]) for option in options if option["name"] == "prefix")
    (file,) = directory.rglob("hypnos-client.pc")
    here = f"{directory}{installed}"
    text = file.read_text()
    file.write_text(text.replace(f"prefix={installed}\n", f"prefix={here}\n"))
    return Path(here)


def flags(prefix: Path, *questions: str) -> "list[str]":
    """What pkg-config answers."""
    (file,) = prefix.rglob("hypnos-client.pc")
    return run("pkg-config", *questions, "hypnos-client", PKG_CONFIG_PATH=str(file.parent)).split()


def build(prefix: Path, source: Path) -> Path:
    """A program, made with pkg-config's answers alone."""
    program = source.parent / f"{source.stem}.program"
    compiler = ["c++", "-std=c++20"] if source.suffix == ".cpp" else ["cc", "-std=c11"]
    strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    answers = flags(prefix, "--cflags", "--libs")
    run(*compiler, *strict, str(source), "-o", program, *answers)
    return program


def run_installed(prefix: Path, program: Path, *words: str) -> str:
    """The program with the installed library."""
    (library,) = prefix.rglob("libhypnos-client.so.0")
    return run(program, *words, LD_LIBRARY_PATH=str(library.parent))


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[SleepyGuest]:
    """One that sleeps if asked."""
    made = SleepyGuest(tmp_path)
    yield made
    made.end()


def written(path: Path, text: str) -> Path:
    """A file with a text."""
    path.write_text(text)
    return path


def test_a_program_in_c(prefix: Path, tmp_path: Path) -> None:
    program = build(prefix, written(tmp_path / "version.c", C_PROGRAM))
    version = flags(prefix, "--modversion")
    assert run_installed(prefix, program).split() == version


def test_the_example_in_c(prefix: Path, tmp_path: Path, guest: SleepyGuest) -> None:
    source = written(tmp_path / "suspend.c", (TOP / "examples/c/suspend.c").read_text())
    program = build(prefix, source)
    report = json.loads(run_installed(prefix, program, '{"limit-ms": 9000}', guest.name))
    assert (report["guest"], report["outcome"]) == (guest.name, "slept")


def test_a_program_in_cpp(prefix: Path, tmp_path: Path, guest: SleepyGuest) -> None:
    program = build(prefix, written(tmp_path / "suspend.cpp", CPP_PROGRAM))
    assert json.loads(run_installed(prefix, program, guest.name))["outcome"] == "slept"


def test_every_header_stands_alone(prefix: Path, tmp_path: Path) -> None:
    """In the order in which a program happens to include it."""
    answers = flags(prefix, "--cflags")
    folder = prefix / "include/hypnos"
    for header in sorted(folder.rglob("*.h*")):
        name = header.relative_to(folder.parent)
        source = written(tmp_path / "one.cpp", f"#include <{name}>\n#include <{name}>\n")
        run("c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", str(source), *answers)


def test_what_pkg_config_says(prefix: Path) -> None:
    """json-glib and libvirt are the library's own affair."""
    assert flags(prefix, "--print-requires") == ["glib-2.0"]
    libraries = [flag for flag in flags(prefix, "--libs") if flag.startswith("-l")]
    assert libraries[0] == "-lhypnos-client"
    assert {"-ljson-glib-1.0", "-lvirt"}.isdisjoint(libraries)
