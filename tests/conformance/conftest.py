# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The corpus is played with the harness of the integration tests.

``HYPNOS_AGENT`` is the path of the agent to test.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
