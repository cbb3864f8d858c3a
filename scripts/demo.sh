#!/usr/bin/env bash
# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Shows the main job on a fresh Debian 12: installs what is needed, builds, boots a real guest in QEMU
# and puts it to sleep in RAM, on disk and both. Ends with 0 only if every sleep was one.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

install_packages build lab
build agent/hypnos-agent host-client/hypnosctl
exec /usr/bin/python3 tests/qemu/demo.py
