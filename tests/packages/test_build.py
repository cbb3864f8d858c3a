# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packages as dpkg-buildpackage compiles them; minutes."""

import os
import subprocess
from pathlib import Path

import pytest
from chroot import Chroot
from debs import TOP, Packages, make_packages

pytestmark = pytest.mark.skipif(not os.environ.get("HYPNOS_DEEP"), reason="deep tests only")

STRICT = ["-I", "--pedantic", "--fail-on=error,warning,info,pedantic"]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Twice in the same tree; these are of the second time."""
    return make_packages(tmp_path_factory.mktemp("compiled"), "--times", "2")


def test_lintian_has_nothing_to_say(compiled: Packages) -> None:
    command = ["lintian", "--allow-root", *STRICT, compiled.changes]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_debug_symbols_are_apart(compiled: Packages) -> None:
    symbols = {deb.name.split("_")[0] for deb in compiled.directory.glob("*-dbgsym_*")}
    assert symbols == {f"{name}-dbgsym" for name in ("hypnos-agent", "hypnos-client", "libhypnos-client0")}


def test_autopkgtest(compiled: Packages, machine: Chroot, tmp_path: Path) -> None:
    """With its null backend, which takes the machine that it runs on: a minimal Debian 12 for it alone."""
    machine.apt("update")
    machine.apt("install", "autopkgtest", "build-essential", *machine.offer(*compiled.all))
    debian = machine.path("/source/debian")
    debian.parent.mkdir()
    subprocess.run(["cp", "-r", TOP / "packaging/debian", debian], check=True)
    done = machine.run("autopkgtest", "-B", "/source", "--", "null", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
