// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "glib/unique_fd.hpp"
#include "sleep/core/number.hpp"
#include "sleep/core/power_files.hpp"
#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::sleep::facts {
namespace {

constexpr const char* kEfiVariables = "/sys/firmware/efi/efivars";

/// systemd's note for the next boot takes about a third of this.
constexpr unsigned long kEfiRoom = 1024;

/// The last bytes of a page of a swap's header (union swap_header, include/linux/swap.h).
constexpr std::size_t kSignature = 10;

std::string device_file(const Root& root, const std::string& number) {
    for (const std::string& word : split(root.text("/sys/dev/block/" + number + "/uevent")))
        if (word.starts_with("DEVNAME=")) return "/dev/" + word.substr(8);
    return "";
}

/// Without the page cache, which may hold what an earlier reader saw; some file systems have no
/// other way, though.
UniqueFd open_direct(const std::string& path) {
    UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_DIRECT));
    if (file || errno != EINVAL) return file;
    return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

}  // namespace

std::string signature_at(const std::string& real_path, std::uint64_t page) {
    const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::unique_ptr<char, decltype(&std::free)> bytes(
        static_cast<char*>(std::aligned_alloc(size, size)), &std::free);
    const UniqueFd file = open_direct(real_path);
    if (!file || pread(file.get(), bytes.get(), size, static_cast<off_t>(page * size)) !=
                     static_cast<ssize_t>(size))
        return "";
    return {bytes.get() + size - kSignature, kSignature};
}

namespace {

void read_header(const Root& root, const std::vector<Swap>& swaps, ResumeFacts& resume) {
    if (resume.has_device()) {
        resume.header = device_file(root, resume.device);
        if (!resume.header.empty())
            resume.signature = signature_at(root.path(resume.header), resume.offset.value_or(0));
        return;
    }
    const auto first =
        std::find_if(swaps.begin(), swaps.end(), [](const Swap& swap) { return !swap.zram; });
    if (first == swaps.end()) return;
    resume.header = first->name;
    resume.signature = signature_at(root.path(first->name), 0);
}

bool efi_variables_writable(const Root& root, const std::vector<Mount>& mounts) {
    const auto mount = std::find_if(mounts.begin(), mounts.end(), [](const Mount& candidate) {
        return candidate.type == "efivarfs";
    });
    if (mount == mounts.end() || mount->read_only) return false;
    struct statvfs room {};
    if (statvfs(root.path(kEfiVariables).c_str(), &room) != 0) return true;
    return room.f_blocks == 0 || room.f_bavail * room.f_bsize >= kEfiRoom;  // Linux tells since 6.5
}

/// Only asked where the kernel's own choice, lzo, has been changed.
bool is_built_in(const Root& root, const KernelFacts& kernel, const std::string& compressor) {
    const auto modules = root.read("/lib/modules/" + kernel.release + "/modules.builtin");
    return !modules || modules->find("/" + compressor + ".ko") != std::string::npos;
}

}  // namespace

ResumeFacts read_resume(const Root& root, const KernelFacts& kernel, const std::vector<Swap>& swaps,
                        const std::vector<Mount>& mounts) {
    ResumeFacts resume;
    resume.device = root.text(power_files::kResume);
    resume.offset = leading_number<std::uint64_t>(root.text(power_files::kResumeOffset));
    resume.efi = root.has("/sys/firmware/efi");
    if (resume.efi) resume.efi_variables_writable = efi_variables_writable(root, mounts);
    resume.compressor = root.text("/sys/module/hibernate/parameters/compressor");
    if (!resume.compressor.empty() && resume.compressor != "lzo")
        resume.compressor_built_in = is_built_in(root, kernel, resume.compressor);
    read_header(root, swaps, resume);
    return resume;
}

}  // namespace hypnos::sleep::facts
