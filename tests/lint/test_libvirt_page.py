# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/libvirt-commands.md is what tests/qemu/virsh_table.py says.

``HYPNOS_RENEW_GOLDEN=1`` writes it anew.
"""

import os
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/libvirt-commands.md"

sys.path.insert(0, str(TOP / "tests/qemu"))

from virsh_page import page  # noqa: E402


def test_the_page_is_the_table() -> None:
    if os.environ.get("HYPNOS_RENEW_GOLDEN"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
