# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packages of three distributions have exactly what `meson install` installs."""

import os
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Callable

import pytest

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build"))
PACKAGING = TOP / "packaging"
MULTIARCH = r"^/usr/(?:local/)?lib/(?:\w+-linux-gnu\w*|\*)/"

Lists = dict[str, "set[str]"]
"""Patterns for each package."""


def output(*command: "str | Path") -> str:
    """What a command prints."""
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def usual(path: str) -> str:
    """As if the prefix were /usr, /lib a link to /usr/lib, and all libraries in there."""
    path = re.sub(MULTIARCH, "/usr/lib/", path)
    return re.sub("^/usr/local/", "/usr/", re.sub("^/lib/", "/usr/lib/", path))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> "set[str]":
    """All that is installed."""
    root = tmp_path_factory.mktemp("install")
    output("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root)
    paths = (path for path in root.rglob("*") if path.is_symlink() or path.is_file())
    return {usual(f"/{path.relative_to(root)}") for path in paths}


def debian() -> Lists:
    """debian/*.install."""
    lists = {}
    for file in (PACKAGING / "debian").glob("*.install"):
        lines = re.findall(r"^[^#\n]+$", file.read_text(), re.M)
        lists[file.stem] = {usual(f"/{line.strip()}") for line in lines}
    return lists


def fedora() -> Lists:
    """%files, but for the hook that the spec itself installs."""
    own = "/usr/lib/kernel/install.d/95-hypnos.install"
    places = {
        "_prefix": "/usr",
        "_libdir": "/usr/lib",
        "_unitdir": "/usr/lib/systemd/system",
        "_udevrulesdir": "/usr/lib/udev/rules.d",
    }
    defined = [word for place in places.items() for word in ("-D", " ".join(place))]
    spec = output("rpmspec", "-P", *defined, PACKAGING / "rpm/hypnos.spec")
    assert re.search(f"boot-changed .*{own}$", spec, re.M)
    lists = {}
    for section in re.split(r"^%(?=files|changelog)", spec, flags=re.M)[1:]:
        name = section.splitlines()[0].removeprefix("files ")
        lists[name] = set(re.findall(r"^(/.+)$", section, re.M)) - {own}
    return lists


def alpine() -> Lists:
    """What functions move, what abuild's own functions move, and what is thrown away."""
    text = (PACKAGING / "alpine/APKBUILD").read_text().replace("$pkgver", version_of_meson())
    lists = {
        name: {f"/{path}" for path in re.findall(r"^\tamove (\S+)$", body, re.M)}
        for name, body in re.findall(r"^(\w+)\(\) \{\n(.*?)^\}", text, re.M | re.S)
    }
    words = re.findall(r'"\$pkgdir"(/\S+)', text)
    lists["dropped"] = {path if path.endswith(".conf") else f"{path}/*" for path in words}
    lists["doc"] = {"/usr/share/man/*"}
    lists["dev"] = {"/usr/include/*", "/usr/lib/*.so", "/usr/lib/pkgconfig/*"}
    return lists


def version_of_meson() -> str:
    """The one that others must have."""
    found = re.search(r"version: '([^']+)'", (TOP / "meson.build").read_text())
    assert found
    return found[1]


def covers(pattern: str, path: str) -> bool:
    """A pattern that names a folder means all that is in it."""
    return fnmatch(path, pattern) or path.startswith(f"{pattern}/")


def owners(packages: Lists, path: str) -> "list[str]":
    """Packages that have a file."""
    return [name for name in packages if any(covers(one, path) for one in packages[name])]


@pytest.mark.parametrize("lists", [debian, fedora, alpine])
def test_each_file_is_in_one_package(
    files: "set[str]", lists: "Callable[[], Lists]"
) -> None:
    """And no package names a file that is not there."""
    packages = lists()
    elsewhere = {path: owners(packages, path) for path in files if len(owners(packages, path)) != 1}
    assert elsewhere == {}
    patterns = set().union(*packages.values())
    invented = {one for one in patterns if not any(covers(one, path) for path in files)}
    assert invented == set()


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        ("debian/changelog", r"\Ahypnos \((\S+)\)"),
        ("rpm/hypnos.spec", r"^Version: +(\S+)$"),
        ("alpine/APKBUILD", r"^pkgver=(\S+)$"),
    ],
)
def test_versions(file: str, pattern: str) -> None:
    found = re.search(pattern, (PACKAGING / file).read_text(), re.M)
    assert found and found[1] == version_of_meson()


def test_the_spec() -> None:
    spec = PACKAGING / "rpm/hypnos.spec"
    told = output("rpmlint", "-r", spec.with_suffix(".rpmlintrc"), spec)
    assert "0 errors, 0 warnings" in told, told


def test_the_apkbuild() -> None:
    """It is read by Alpine's ash, which takes a little more than sh; variables are for abuild."""
    for file in ("APKBUILD", "hypnos-agent.initd"):
        path = PACKAGING / "alpine" / file
        output("sh", "-n", path)
        output("shellcheck", "-s", "dash", "-e", "SC2034,SC2154", path)
