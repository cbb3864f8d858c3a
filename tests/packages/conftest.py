# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures for tests of Debian packages.

``HYPNOS_BUILD`` is a build directory with prefix /usr in which everything has been built.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "qemu"))

from chroot import Chroot, minimal, ready  # noqa: E402
from debs import BUILD, NEXT_VERSION, Packages, make_packages  # noqa: E402


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Of the working tree, as built already."""
    return make_packages(tmp_path_factory.mktemp("debs"), "--from-build", str(BUILD))


@pytest.fixture(scope="session")
def next_packages(tmp_path_factory: pytest.TempPathFactory, packages: Packages) -> Packages:
    """The same with a higher version."""
    directory = tmp_path_factory.mktemp("next-debs")
    for deb in packages.all:
        unpacked = directory / deb.stem
        subprocess.run(["dpkg-deb", "-R", deb, unpacked], check=True)
        control = unpacked / "DEBIAN/control"
        versions = r"(?<=^Version: )\S+|(?<=\(= )[^)]+"
        control.write_text(re.sub(versions, NEXT_VERSION, control.read_text(), flags=re.M))
        build = ["dpkg-deb", "-Znone", "--root-owner-group", "-b", unpacked, directory / deb.name]
        subprocess.run(build, check=True, capture_output=True)
    return Packages(directory)


def _made(tree: Path) -> Iterator[Chroot]:
    if os.geteuid() != 0:
        pytest.skip("installing packages needs root")
    with tempfile.TemporaryDirectory(prefix="packages-") as path:
        yield Chroot(Path(path), tree)


@pytest.fixture
def bare_machine() -> Iterator[Chroot]:
    """A minimal Debian 12."""
    yield from _made(minimal())


@pytest.fixture
def machine() -> Iterator[Chroot]:
    """The same with what our packages need."""
    yield from _made(ready())


@pytest.fixture(scope="module")
def shared_machine() -> Iterator[Chroot]:
    """One for all tests of a file."""
    yield from _made(ready())
