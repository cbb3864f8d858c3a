// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "agent/system/facts/parts.hpp"

namespace hypnos::agent::facts {
namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

bool maps(const Root& root, const std::string& process, bool (*wanted)(const std::string&)) {
    std::istringstream in(text_of(root, process + "/maps"));
    for (std::string line; std::getline(in, line);)
        if (const std::size_t name = line.find_first_of("/["); name != std::string::npos)
            if (wanted(line.substr(name))) return true;
    return false;
}

bool has_open(const Root& root, const std::string& process, bool (*wanted)(const std::string&)) {
    const std::vector<std::string> files = list(root, process + "/fd");
    return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
        return wanted(link_of(root, process + "/fd/" + file));
    });
}

}  // namespace

std::vector<std::string> list(const Root& root, const std::string& directory) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, CloseDirectory> open(opendir(root.path(directory).c_str()));
    while (open) {
        const dirent* entry = readdir(open.get());
        if (entry == nullptr) break;
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    return names;
}

std::string link_of(const Root& root, const std::string& path) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = readlink(root.path(path).c_str(), target.data(), target.size());
    return size < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(size));
}

bool exists(const Root& root, const std::string& path) {
    return access(root.path(path).c_str(), F_OK) == 0;
}

std::string text_of(const Root& root, const std::string& path) {
    return root.read(path).value_or("");
}

std::vector<int> processes(const Root& root) {
    std::vector<int> pids;
    for (const std::string& name : list(root, "/proc"))
        if (name[0] >= '1' && name[0] <= '9') pids.push_back(std::atoi(name.c_str()));
    return pids;
}

std::vector<Process> holders(const Root& root, bool (*wanted)(const std::string&)) {
    std::vector<Process> found;
    for (const int pid : processes(root)) {
        const std::string process = "/proc/" + std::to_string(pid);
        if (has_open(root, process, wanted) || maps(root, process, wanted))
            found.push_back({pid, text_of(root, process + "/comm")});
    }
    return found;
}

}  // namespace hypnos::agent::facts
