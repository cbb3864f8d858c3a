// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A task that the kernel's freezer could not stop.

#pragma once

#include <string>
#include <vector>

#include "hypnos/protocol/json.hpp"

namespace hypnos::sleep {

struct Task {
    std::string name;
    int pid = 0;
    bool operator==(const Task&) const = default;
};

/// [{"name", "pid"}, ...]
[[nodiscard]] Json to_json(const std::vector<Task>& tasks);

}  // namespace hypnos::sleep
