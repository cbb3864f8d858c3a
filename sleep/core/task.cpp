// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/task.hpp"

namespace hypnos::sleep {

Json to_json(const std::vector<Task>& tasks) {
    Json result = Json::array();
    for (const Task& task : tasks)
        result.append(Json::object({{"name", task.name}, {"pid", task.pid}}));
    return result;
}

}  // namespace hypnos::sleep
