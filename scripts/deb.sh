#!/usr/bin/env bash
# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian packages of the working tree, as it is, in build/deb.
#
#   scripts/deb.sh [--from-build DIR] [--version VERSION] [--times NUMBER] [--output DIR]
#
# --from-build   out of what is built in DIR, with -Dprefix=/usr; compiles nothing. For tests: hardening and
#                debug symbols are those of that build
# --version      instead of that of packaging/debian/changelog
# --times        2 builds again what has just been built
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh
unset HYPNOS_BUILD  # tests have it; only --from-build counts

output=build/deb times=1 version=$(sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)
while [ $# -gt 0 ]; do
    case $1 in
        --from-build) HYPNOS_BUILD=$(realpath -e "$2"); export HYPNOS_BUILD ;;
        --version) version=$2 ;;
        --times) times=$2 ;;
        --output) output=$2 ;;
        *) sed -n 's/^#   scripts/usage: scripts/p' "$0" >&2 && exit 2 ;;
    esac
    shift 2
done

require_prefix() {
    meson introspect --buildoptions "$1" | python3 -c '
import json, sys
sys.exit(not any(one["name"] == "prefix" and one["value"] == "/usr" for one in json.load(sys.stdin)))' && return
    echo "deb.sh: $1 is not made for /usr. Do this first: meson setup --reconfigure -Dprefix=/usr $1 && ninja -C $1" >&2
    exit 1
}

# export_tree DIRECTORY: what git knows or would add, and debian/ where dpkg wants it
export_tree() {
    git ls-files -z --cached --others --exclude-standard |
        while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
        tar --null -T - -c | tar -x -C "$1"
    cp -r packaging/debian "$1/debian"
    sed -i "1s/(.*)/($version)/" "$1/debian/changelog"
}

install_packages build packages
if [ -n "${HYPNOS_BUILD:-}" ]; then require_prefix "$HYPNOS_BUILD"; fi
mkdir -p "$output"
place=$(realpath "$output")/.build  # always the same, for ccache
trap 'rm -rf "$place"' EXIT
rm -rf "$place" && mkdir -p "$place/source"
export_tree "$place/source"
if command -v ccache >/dev/null; then CCACHE_DIR=$(ccache -k cache_dir) && export CCACHE_DIR; fi  # debhelper sets HOME
for ((time = 0; time < times; time++)); do (cd "$place/source" && dpkg-buildpackage -b -us -uc); done
mv "$place"/*.* "$output"
echo "Packages are in $output"
