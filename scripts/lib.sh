# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What demo.sh and test.sh share. Sourced by bash with the working directory at the top.
# shellcheck shell=bash

export LC_ALL=C.UTF-8  # what apt and others say is read
unset LANGUAGE
export PATH=$PATH:/usr/sbin:/sbin
# The repository may belong to another user than the one who runs the tests.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# packages SECTION...: the names below these headings of packages.txt
packages() {
    local section
    for section in "$@"; do
        sed -n "/^# $section\\b/,/^\$/{/^[^#]/p}" scripts/packages.txt
    done
}

missing() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
}

# needs_kernel SECTION...: the lab will fetch one, which takes up-to-date lists
needs_kernel() {
    [[ " $* " == *" lab "* ]] && ! compgen -G "${HYPNOS_LAB_CACHE:-build/lab}/linux-image-*.deb" >/dev/null
}

# install_packages SECTION...: nothing to do, and no network needed, when all are there
install_packages() {
    local names wanted
    mapfile -t names < <(packages "$@")
    mapfile -t wanted < <(missing "${names[@]}")
    if [ "${#wanted[@]}" -eq 0 ] && ! needs_kernel "$@"; then return; fi
    echo "Installing: ${wanted[*]:-nothing, but the lab will fetch a kernel}"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${wanted[@]}"
}

# build [TARGET...]: into build/, all by default; afresh configured, for packages may have come
build() {
    local afresh=()
    if [ -f build/build.ninja ]; then afresh=(--reconfigure); fi
    rm -f build/meson-logs/install-log.txt  # root's, if root has installed from here
    meson setup "${afresh[@]}" -Dprefix=/usr build  # as packages, which are made of it, have it
    ninja -C build "$@"
}
