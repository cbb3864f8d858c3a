// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the kernel's log says of a sleep that failed. Pure.
//
// Sources: kernel/power/process.c (freezer), drivers/base/power/main.c (devices),
// drivers/base/power/wakeup.c (wakeup pending).

#pragma once

#include <string>
#include <vector>

#include "sleep/core/task.hpp"

namespace hypnos::sleep {

struct KernelReason {
    std::vector<Task> refusing;   ///< tasks that did not freeze, the first 16 of them
    std::string device;           ///< whose callback failed
    bool wakeup_pending = false;  ///< backed out because of a wakeup event
    std::string image_lost;       ///< why an image was not resumed from, in the kernel's words
};

/// `lines` are messages without their prefix, in order.
[[nodiscard]] KernelReason read_reason(const std::vector<std::string>& lines);

/// "task NAME (pid N) did not freeze within the kernel's limit"; empty without tasks.
[[nodiscard]] std::string refusal_text(const std::vector<Task>& tasks);

/// What to do about them.
inline constexpr const char* kFreezeHint =
    "it waits in the kernel, mostly for a file system that is frozen or does not answer: free it "
    "or end the task, then try again";

}  // namespace hypnos::sleep
