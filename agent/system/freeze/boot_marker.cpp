// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/freeze/boot_marker.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";

}  // namespace

bool BootMarker::is_there() const {
    const std::optional<std::string> boot = root_.read(path_);
    return boot && (boot->empty() || *boot == root_.text(kBootId));
}

Result<void> BootMarker::put() const {
    return root_.replace_durably(path_, root_.text(kBootId) + "\n");
}

}  // namespace hypnos::agent
