// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What hypnos_guest_start() can start: the name of an operation and its options, read.

#pragma once

#include <functional>
#include <string_view>

#include "hypnos/guest.hpp"

namespace hypnos::capi {

using TaskDone = std::function<void(const Result<Json>& report)>;

/// Begins an operation, whose report goes to the callback.
using Task = std::function<void(Guest&, const TaskDone&)>;

/// `options` null: the defaults. Errors are Usage.
[[nodiscard]] Result<Task> read_task(std::string_view operation, const char* options);

}  // namespace hypnos::capi
