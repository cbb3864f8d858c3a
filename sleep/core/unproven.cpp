// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/unproven.hpp"

#include <algorithm>
#include <array>

namespace hypnos::sleep {
namespace {

using BootFile = SetupRecord::BootFile;

/// How an initramfs is called: by Debian, Fedora, SUSE, kernel-install, and in a unified image.
bool is_initramfs_of(const std::string& path, const std::string& kernel) {
    const std::array names = {"/initrd.img-" + kernel, "/initramfs-" + kernel + ".img",
                              "/initrd-" + kernel, "/" + kernel + "/initrd", "-" + kernel + ".efi"};
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return path.ends_with(name); });
}

/// Fedora's entry for emergencies, which resumes nothing.
bool is_rescue(const std::string& kernel) { return kernel.starts_with("0-rescue"); }

std::string what_happened(const BootFile& verified, const std::vector<BootFile>& now) {
    const auto found = std::find_if(
        now.begin(), now.end(), [&](const BootFile& file) { return file.path == verified.path; });
    if (found == now.end()) return "gone";
    const bool same = found->size == verified.size && found->mtime_ns == verified.mtime_ns;
    return same ? "" : "changed";
}

}  // namespace

std::vector<std::string> unproven(const SetupRecord& record, const BootState& now) {
    std::vector<std::string> found;
    for (const BootFile& file : record.boot_files)
        if (const std::string what = what_happened(file, now.files); !what.empty())
            found.push_back(file.path + ": " + what);
    for (const std::string& kernel : now.kernels)
        if (!is_rescue(kernel) &&
            std::none_of(record.boot_files.begin(), record.boot_files.end(),
                         [&](const BootFile& file) { return is_initramfs_of(file.path, kernel); }))
            found.push_back("/boot/vmlinuz-" + kernel + ": new");
    return found;
}

}  // namespace hypnos::sleep
