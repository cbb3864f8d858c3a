// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tasks that may not let themselves be frozen. Threads beside the first of a process are not looked
// at: they are many.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "glib/unique_fd.hpp"
#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {
namespace {

std::string wchan_of(const Root& root, int pid) {
    const std::string name = root.text("/proc/" + std::to_string(pid) + "/wchan");
    return name == "0" ? "" : name;
}

/// The first bytes are enough, and one read is.
std::optional<StuckTask> stuck_now(const Root& root, int pid) {
    std::array<char, 256> text{};
    const std::string path = root.path("/proc/" + std::to_string(pid) + "/stat");
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const ssize_t size = file ? read(file.get(), text.data(), text.size()) : -1;
    if (size <= 0) return std::nullopt;
    return parse_stuck(std::string(text.data(), static_cast<std::size_t>(size)),
                       wchan_of(root, pid));
}

std::vector<StuckTask> stuck_among(const Root& root, const std::vector<int>& pids) {
    std::vector<StuckTask> stuck;
    for (const int pid : pids)
        if (std::optional<StuckTask> task = stuck_now(root, pid)) stuck.push_back(*task);
    return stuck;
}

}  // namespace

std::vector<StuckTask> read_stuck(const Root& root, std::chrono::milliseconds pause) {
    std::vector<int> pids;
    for (const StuckTask& task : stuck_among(root, processes(root))) pids.push_back(task.pid);
    if (pids.empty()) return {};
    std::this_thread::sleep_for(pause);
    return stuck_among(root, pids);
}

}  // namespace hypnos::sleep::facts
