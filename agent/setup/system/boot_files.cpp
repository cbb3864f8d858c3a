// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/boot_files.hpp"

#include <sys/stat.h>

namespace hypnos::setup {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

}  // namespace

std::optional<SetupRecord::BootFile> read_boot_file(const Root& root, const std::string& path) {
    struct stat status {};
    if (path.empty() || stat(root.path(path).c_str(), &status) != 0) return std::nullopt;
    return SetupRecord::BootFile{
        path, static_cast<std::uint64_t>(status.st_size),
        status.st_mtim.tv_sec * kNanosecondsPerSecond + status.st_mtim.tv_nsec};
}

std::vector<SetupRecord::BootFile> read_boot_files(const Root& root, const Facts& facts) {
    std::vector<std::string> paths = facts.boot.entries;
    paths.push_back(facts.boot.menu);
    for (const Initramfs& image : facts.initramfs.images) paths.push_back(image.path);
    std::vector<SetupRecord::BootFile> files;
    for (const std::string& path : paths)
        if (auto file = read_boot_file(root, path)) files.push_back(*std::move(file));
    return files;
}

}  // namespace hypnos::setup
