// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <filesystem>
#include <sstream>

#include "sleep/core/number.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {
namespace {

bool maps(const Root& root, const std::string& process, bool (*wanted)(const std::string&)) {
    std::istringstream in(root.text(process + "/maps"));
    for (std::string line; std::getline(in, line);)
        if (const std::size_t name = line.find_first_of("/["); name != std::string::npos)
            if (wanted(line.substr(name))) return true;
    return false;
}

bool has_open(const Root& root, const std::string& process, bool (*wanted)(const std::string&)) {
    const std::vector<std::string> files = root.list(process + "/fd");
    return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
        return wanted(link_of(root, process + "/fd/" + file));
    });
}

}  // namespace

std::string link_of(const Root& root, const std::string& path) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlink(root.path(path).c_str(), target.data(), target.size());
    return size < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(size));
}

std::string real_path(const Root& root, const std::string& path) {
    std::error_code unknown;
    const std::string real = std::filesystem::canonical(root.path(path), unknown).string();
    return unknown ? path : real.substr(root.path("").size());
}

std::vector<int> processes(const Root& root) {
    std::vector<int> pids;
    for (const std::string& name : root.list("/proc"))
        if (const auto pid = whole_number<int>(name)) pids.push_back(*pid);
    return pids;
}

std::vector<Process> holders(const Root& root, bool (*wanted)(const std::string&)) {
    std::vector<Process> found;
    for (const int pid : processes(root)) {
        const std::string process = "/proc/" + std::to_string(pid);
        if (has_open(root, process, wanted) || maps(root, process, wanted))
            found.push_back({pid, root.text(process + "/comm")});
    }
    return found;
}

}  // namespace hypnos::sleep::facts
