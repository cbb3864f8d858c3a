# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two hundred guests, driven by one process on one thread. bench/fleet measures a thousand."""

import json
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
BUILD = Path(os.environ.get("HYPNOS_BUILD", TOP / "build"))


def test_two_hundred_guests_sleep_and_wake_ten_times() -> None:
    """Every outcome is right, no descriptor is lost. How long it takes is not judged here."""
    done = subprocess.run(
        [sys.executable, str(TOP / "bench/fleet/run.py"), "--build", str(BUILD), "--json"]
        + ["--stand-ins", "190", "--agents", "10", "--rounds", "10"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    print(f"status / bare echo: {report['ratio']:.2f}")
    assert report["guests"] == 200
    assert report["wrong"] == 0, report["first-wrong"]
    assert report["grown-descriptors"] == 0
    assert report["kib-per-guest"] < 64
    assert report["missed"] in ([], ["ratio-in-turn"], ["growth"], ["ratio-in-turn", "growth"])
