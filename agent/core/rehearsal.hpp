// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How a rehearsal of hibernation went: freeze, image in memory, thaw, and no power-off. Pure.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/record.hpp"

namespace hypnos::agent {

struct Rehearsal {
    int os_error = 0;         ///< of the first step that failed
    std::string step;         ///< "open", "freeze", "create-image", "image-size"
    std::vector<Task> tasks;  ///< that refused to freeze
    std::string device;       ///< whose callback failed
    std::int64_t image_bytes = 0;
    std::optional<std::int64_t> swap_free_bytes;  ///< of the swap that an image would go to
    std::chrono::milliseconds frozen{};           ///< how long user space stood still
    std::chrono::milliseconds took{};
};

/// For a person: what failed, what the kernel said, what to do. Empty if nothing failed.
[[nodiscard]] std::string failure_text(const Rehearsal& rehearsal);

/// The reply to hypnos-rehearse.
[[nodiscard]] Json to_json(const Rehearsal& rehearsal);

}  // namespace hypnos::agent
