# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in the packages, without installing them."""

import re
import subprocess
from pathlib import Path

import pytest
from debs import BUILD, TOP, Packages

NAMES = ["hypnos-agent", "hypnos-client", "libhypnos-client-dev", "libhypnos-client0"]
PLACES = ("./etc/", "./lib/systemd/", "./lib/udev/", "./usr/")
C_PROGRAM = "#include <hypnos/hypnos.h>\nint main(void) { return hypnos_version() == 0; }\n"
CPP_PROGRAM = """#include <hypnos/guest_spec.hpp>
int main(int, char** words) { return hypnos::parse_guest_spec(words[0]) ? 0 : 1; }
"""


def output(*command: "str | Path", where: "Path | None" = None) -> str:
    """What a command prints."""
    done = subprocess.run(command, cwd=where, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def field(deb: Path, name: str) -> str:
    """A field of a package's control file."""
    return output("dpkg-deb", "-f", deb, name).strip()


def test_there_are_four(packages: Packages) -> None:
    assert [field(deb, "Package") for deb in packages.all] == NAMES


def test_modes_owners_and_places(packages: Packages) -> None:
    for deb in packages.all:
        for line in output("dpkg-deb", "-c", deb).splitlines():
            mode, owner, _, _, _, path, *_ = line.split()
            expected = ("-rw-r--r--", "-rwxr-xr-x", "drwxr-xr-x", "lrwxrwxrwx")
            assert owner == "root/root" and mode in expected, line
            assert path.endswith("/") or path.startswith(PLACES), line
            assert (mode == "-rwxr-xr-x") == bool(re.search(r"^-.*(s?bin|\.d)/[\w-]+$", mode + path)), line


def test_programs_are_hardened_and_stripped(packages: Packages, tmp_path: Path) -> None:
    output("dpkg-deb", "-x", packages.deb("hypnos-agent"), tmp_path)
    agent = tmp_path / "usr/sbin/hypnos-agent"
    header = output("readelf", "-W", "-h", "-l", "-d", "-S", agent)
    assert "DYN (Position-Independent Executable file)" in header
    assert "GNU_RELRO" in header and "BIND_NOW" in header and ".debug_info" not in header


def test_lintian_has_nothing_to_say(packages: Packages) -> None:
    command = ["lintian", "-I", "--pedantic", "--fail-on=error,warning,info,pedantic"]
    told = output(*command, "--allow-root", packages.changes)
    assert told == ""


@pytest.mark.parametrize(
    ("name", "program", "dependencies"),
    [
        ("a.c", C_PROGRAM, {"libhypnos-client0"}),
        ("a.cpp", CPP_PROGRAM, {"libhypnos-client0", "libhypnos-client-cxx-0.1.0"}),
    ],
)
def test_what_programs_depend_on(
    packages: Packages, tmp_path: Path, name: str, program: str, dependencies: "set[str]"
) -> None:
    """C is stable; C++ needs the release that it was built with."""
    library = tmp_path / "debian/libhypnos-client0"
    library.parent.mkdir()
    output("dpkg-deb", "-R", packages.deb("libhypnos-client0"), library)
    (tmp_path / "debian/control").write_text("Source: a\n\nPackage: a\nArchitecture: any\n")
    (tmp_path / name).write_text(program)
    headers = [f"-I{TOP}/{folder}/include" for folder in ("host-client", "protocol")]
    headers += output("pkg-config", "--cflags", "glib-2.0").split()
    link = [f"-L{BUILD}/host-client", "-lhypnos-client", "-o", "program"]
    compiler = ["c++", "-std=c++20"] if name.endswith("pp") else ["cc"]
    output(*compiler, *headers, name, *link, where=tmp_path)
    shlibdeps = ["dpkg-shlibdeps", "-O", f"-S{library}", "-eprogram"]
    told = output(*shlibdeps, where=tmp_path).partition("=")[2]
    named = {part.split()[0] for part in told.split(", ")}
    assert {one for one in named if "hypnos" in one} == dependencies


def test_the_release_that_cpp_needs_is_this_one(packages: Packages) -> None:
    """Three files name it."""
    version = field(packages.deb("libhypnos-client0"), "Version")
    meson = re.search(r"version: '([^']+)'", (TOP / "meson.build").read_text())
    symbols = (TOP / "packaging/debian/libhypnos-client0.symbols").read_text()
    assert meson and meson[1] == version
    assert field(packages.deb("libhypnos-client0"), "Provides") == f"libhypnos-client-cxx-{version}"
    assert f", libhypnos-client-cxx-{version}\n" in symbols
