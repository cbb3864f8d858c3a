# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Examples for builders of images, judged by the tools that they are for."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from debs import TOP
from lab.cache import cached
from lab.kernel import download

SCHEMA = "usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json"


def schema() -> "dict[str, Any]":
    """Debian's cloud-init's own, taken out of its package; installed it would configure this machine."""

    def unpack(draft: Path) -> None:
        subprocess.run(["dpkg-deb", "-x", download("cloud-init"), draft], check=True)

    answer: "dict[str, Any]" = json.loads((cached("cloud-init", unpack) / SCHEMA).read_text())
    return answer


def test_cloud_init() -> None:
    text = (TOP / "examples/cloud-init/user-data").read_text()
    assert text.startswith("#cloud-config\n")
    validator = jsonschema.Draft4Validator(schema())
    assert [error.message for error in validator.iter_errors(yaml.safe_load(text))] == []
    assert list(validator.iter_errors({"runcmd": 1}))


def test_mkosi() -> None:
    """It understands the settings, and finds the script."""
    folder = TOP / "examples/mkosi"
    summary = subprocess.run(["mkosi", "summary"], cwd=folder, capture_output=True, text=True)
    assert summary.returncode == 0, summary.stderr
    for line in (
        *("Distribution: debian", "Release: bookworm", "Bootable: yes"),
        *("Packages: ./hypnos-agent.deb", f"Finalize Script: {folder}/mkosi.finalize"),
    ):
        assert line in summary.stderr, line
