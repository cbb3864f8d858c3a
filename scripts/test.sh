#!/usr/bin/env bash
# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# All tests on a fresh Debian 12: installs what is needed, builds, runs. The last line is the count.
#
#   scripts/test.sh           form, unit, integration, packages, real kernels in QEMU, libvirt
#   scripts/test.sh --deep    the same, then the slow rest: unit and integration tests with the
#                             address and undefined-behaviour sanitizers, clang-tidy, the agent
#                             killed at yet more points, more sleeps of a host, what virsh asks also
#                             of qemu-ga, packages compiled anew, and 250 sleeps of one guest
#   scripts/test.sh --images  hypnos-setup in each kind of bootable image, and nothing else (docs/images.md)
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

reports=()

# unit_tests BUILD: every gtest case counts
unit_tests() {
    local report=$1/meson-logs/testlog.junit.xml status=0
    rm -f "$report" "$1"/*.xml  # gtest's own reports would be merged
    meson test -C "$1" --print-errorlogs --suite unit || status=$?
    reports+=("$report=$status")
}

# python_tests BUILD NAME DIRECTORY..., as root if AS_ROOT is set: for mount namespaces and root disks
python_tests() {
    local build=$1 report=$1/$2.xml status=0
    shift 2
    rm -f "$report"
    ${AS_ROOT:+as_root} env HYPNOS_BUILD="$PWD/$build" HYPNOS_DEEP="${HYPNOS_DEEP:-}" \
        HYPNOS_IMAGES="${HYPNOS_IMAGES:-}" \
        HYPNOS_AGENT="$PWD/$build/agent/hypnos-agent" \
        HYPNOSCTL="$PWD/$build/host-client/hypnosctl" \
        /usr/bin/python3 -m pytest -p no:cacheprovider --durations=60 \
        --junitxml="$report" "$@" || status=$?
    reports+=("$report=$status")
}

deep() {
    [ -f build-sanitized/build.ninja ] ||
        meson setup build-sanitized -Db_sanitize=address,undefined -Dbuildtype=debug
    ninja -C build-sanitized
    unit_tests build-sanitized
    # A sanitized library does not load into an unsanitized Python or program; c_interface_test does.
    python_tests build-sanitized integration tests/integration \
        --ignore=tests/integration/test_c_interface.py --ignore=tests/integration/test_install.py
    git ls-files '*.cpp' ':!tests' ':!bench' |
        xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p build || reports+=("clang-tidy=1")
    HYPNOS_DEEP=1 AS_ROOT=1 python_tests build crash tests/qemu/test_crash.py
    HYPNOS_DEEP=1 AS_ROOT=1 python_tests build more tests/qemu/test_virsh_table.py \
        tests/qemu/test_host_sleep.py tests/qemu/test_button.py tests/qemu/test_package.py \
        tests/qemu/test_swap_for_sleep.py tests/qemu/test_freeze.py
    HYPNOS_DEEP=1 AS_ROOT=1 python_tests build package-build tests/packages/test_build.py
    HYPNOS_AGENT=$PWD/build/agent/hypnos-agent /usr/bin/python3 tests/qemu/soak.py \
        --ram 200 --disk 50 || reports+=("soak=1")
}

usual() {
    build all
    unit_tests build
    python_tests build lint tests/lint
    python_tests build integration tests/integration tests/conformance -n 2 --dist loadfile
    AS_ROOT=1 python_tests build packages tests/packages
    AS_ROOT=1 python_tests build qemu tests/qemu
}

images() {
    build
    HYPNOS_IMAGES=1 AS_ROOT=1 python_tests build images tests/qemu/test_setup_images.py \
        tests/qemu/test_setup_guest.py
}

install_packages build lab packages test
case ${1:-} in
    --images) images ;;
    --deep) usual; deep ;;
    *) usual ;;
esac
/usr/bin/python3 scripts/count_results.py "${reports[@]}"
