// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/block_devices.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <filesystem>

namespace hypnos::setup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kByUuid = "/dev/disk/by-uuid/";

struct Tag {
    const char* prefix;
    const char* directory;
};
constexpr std::array kTags = {Tag{"UUID=", kByUuid}, Tag{"LABEL=", "/dev/disk/by-label/"},
                              Tag{"PARTUUID=", "/dev/disk/by-partuuid/"},
                              Tag{"PARTLABEL=", "/dev/disk/by-partlabel/"}};

std::string unquoted(std::string text) {
    if (text.size() > 1 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    return text;
}

std::string last_part_of_link(const fs::path& link) {
    std::error_code error;
    return fs::read_symlink(link, error).filename().string();
}

/// The devices that a stack of them is made of: itself, if it is none.
std::vector<fs::path> bottoms(const fs::path& device) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& slave : fs::directory_iterator(device / "slaves", error)) {
        const fs::path below = fs::canonical(slave.path(), error);
        for (fs::path& bottom : bottoms(below)) found.push_back(std::move(bottom));
    }
    if (found.empty()) found.push_back(device);
    return found;
}

void add_modules(const fs::path& bottom, std::vector<std::string>& modules) {
    for (fs::path at = bottom; at.has_relative_path() && at.filename() != "devices";
         at = at.parent_path()) {
        const std::string module = last_part_of_link(at / "driver/module");
        if (!module.empty()) modules.push_back(module);
    }
}

}  // namespace

std::string device_number(const Root& root, const std::string& path) {
    struct stat status {};
    if (stat(root.path(path).c_str(), &status) != 0 || !S_ISBLK(status.st_mode)) return "";
    return std::to_string(major(status.st_rdev)) + ":" + std::to_string(minor(status.st_rdev));
}

std::string uuid_on(const Root& root, const std::string& number) {
    for (const std::string& uuid : root.list(kByUuid))
        if (!number.empty() && device_number(root, kByUuid + uuid) == number) return uuid;
    return "";
}

std::string path_of_spec(const std::string& spec) {
    for (const Tag& tag : kTags)
        if (spec.starts_with(tag.prefix))
            return tag.directory + unquoted(spec.substr(std::string(tag.prefix).size()));
    return spec;
}

std::vector<std::string> driver_modules(const Root& root, const std::string& number) {
    std::vector<std::string> modules;
    std::error_code error;
    const fs::path device = fs::canonical(root.path("/sys/dev/block/" + number), error);
    if (error) return modules;
    for (const fs::path& bottom : bottoms(device)) add_modules(bottom, modules);
    if (device.filename().string().starts_with("dm-")) modules.emplace_back("dm_mod");
    return modules;
}

}  // namespace hypnos::setup
