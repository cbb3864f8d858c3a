// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /dev/snapshot, the kernel's other door to hibernation (kernel/power/user.c, include/uapi/linux/
// suspend_ioctls.h): freezes, makes the image in memory, thaws, and never powers off.

#pragma once

#include <chrono>
#include <cstdint>

#include "agent/core/record.hpp"
#include "agent/system/root.hpp"

namespace hypnos::agent {

struct Rehearsal {
    int os_error = 0;         ///< of the first step that failed
    std::string step;         ///< "open", "freeze", "create-image", "image-size"
    std::vector<Task> tasks;  ///< that refused to freeze
    std::string device;       ///< whose callback failed
    std::int64_t image_bytes = 0;
    std::chrono::milliseconds frozen{};  ///< how long user space stood still
    std::chrono::milliseconds took{};
};

/// Blocks; made to run on a thread of its own. Whatever fails, user space is thawed at the end.
[[nodiscard]] Rehearsal rehearse(const Root& root);

[[nodiscard]] Json to_json(const Rehearsal& rehearsal);

}  // namespace hypnos::agent
