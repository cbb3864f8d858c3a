// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether the kernel would hibernate. /dev/snapshot opened for reading takes the same lock and
// asks the same notifiers as a hibernation does, and gives both back when closed
// (snapshot_open() in kernel/power/user.c).

#include <fcntl.h>

#include <cerrno>

#include "glib/unique_fd.hpp"
#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {
namespace {

constexpr const char* kSnapshot = "/dev/snapshot";

int open_error(const Root& root, int flags) {
    const UniqueFd fd(open(root.path(kSnapshot).c_str(), flags | O_CLOEXEC));
    return fd ? 0 : errno;
}

bool is_snapshot(const std::string& link) { return link == kSnapshot; }

/// The kernel itself refuses reading and writing at once, with ENOSYS; a sandbox never gets there.
bool kernel_answers(const Root& root) { return open_error(root, O_RDWR) == ENOSYS; }

}  // namespace

DisabledFacts read_disabled(const Root& root) {
    DisabledFacts disabled;
    disabled.searched = true;
    disabled.lockdown = parse_choice(root.text("/sys/kernel/security/lockdown"));
    disabled.secretmem_possible =
        !root.text("/sys/module/secretmem/parameters/enable").starts_with('N');
    disabled.secretmem = holders(root, is_secretmem);
    for (const std::string& device : root.list("/sys/bus/cxl/devices"))
        if (device.starts_with("mem")) disabled.cxl.push_back(device);
    return disabled;
}

SnapshotFacts read_snapshot(const Root& root) {
    SnapshotFacts snapshot;
    snapshot.open_error = open_error(root, O_RDONLY);
    if (snapshot.open_error == EBUSY) snapshot.holders = holders(root, is_snapshot);
    if (snapshot.open_error == EPERM) snapshot.reached = kernel_answers(root);
    return snapshot;
}

}  // namespace hypnos::sleep::facts
