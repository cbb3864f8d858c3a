// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/swap_file.hpp"

#include <fcntl.h>
#include <glib.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/swap.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "agent/setup/system/programs.hpp"
#include "glib/unique_fd.hpp"
#include "sleep/system/facts/file_location.hpp"

namespace hypnos::setup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = 1024 * 1024;

tl::unexpected<Error> cannot(const std::string& what, const std::string& path) {
    return fail("cannot " + what + " " + path + ": " + g_strerror(errno));
}

bool is_btrfs(const std::string& path) {
    struct statfs status {};
    return statfs(path.c_str(), &status) == 0 && status.f_type == BTRFS_SUPER_MAGIC;
}

Result<void> make_subvolume(const fs::path& directory) {
    const UniqueFd parent(
        open(directory.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    btrfs_ioctl_vol_args arguments{};
    g_strlcpy(arguments.name, directory.filename().c_str(), sizeof arguments.name);
    if (!parent || ioctl(parent.get(), BTRFS_IOC_SUBVOL_CREATE, &arguments) != 0)
        return cannot("make the subvolume", directory);
    return {};
}

Result<void> make_directory(const fs::path& directory) {
    if (fs::exists(directory)) return {};
    const fs::path parent = directory.parent_path();
    if (g_mkdir_with_parents(parent.c_str(), 0755) != 0) return cannot("make", parent);
    if (is_btrfs(parent)) return make_subvolume(directory);
    if (mkdir(directory.c_str(), 0755) != 0) return cannot("make", directory);
    return {};
}

/// Before the first byte, or it has no effect (ioctl_iflags(2)).
Result<void> forbid_copies(int file, const std::string& path) {
    int flags = 0;
    if (!is_btrfs(path)) return {};
    if (ioctl(file, FS_IOC_GETFLAGS, &flags) != 0) return cannot("read the attributes of", path);
    flags |= FS_NOCOW_FL;
    if (ioctl(file, FS_IOC_SETFLAGS, &flags) != 0)
        return cannot("switch off copy-on-write of", path);
    return {};
}

Result<void> write_all(int file, const std::string& path, std::uint64_t bytes) {
    const std::vector<char> zeros(kChunk);
    for (std::uint64_t done = 0; done < bytes;) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, bytes - done));
        const ssize_t written = pwrite(file, zeros.data(), size, static_cast<off_t>(done));
        if (written <= 0) return cannot("write", path);
        done += static_cast<std::uint64_t>(written);
    }
    return {};
}

Result<void> fill(int file, const std::string& path, const MakeSwap& wanted) {
    if (fallocate(file, 0, 0, static_cast<off_t>(wanted.bytes)) != 0)
        return cannot("reserve " + in_words(wanted.bytes) + " for", path);
    if (wanted.fill)
        if (Result<void> written = write_all(file, path, wanted.bytes); !written) return written;
    return {};
}

Result<void> make_draft(const std::string& draft, const MakeSwap& wanted) {
    unlink(draft.c_str());
    const UniqueFd file(open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return cannot("make", draft);
    if (Result<void> done = forbid_copies(file.get(), draft); !done) return done;
    if (Result<void> done = fill(file.get(), draft, wanted); !done) return done;
    const auto made = run({find_program(Root("/"), "mkswap"), "--uuid", wanted.uuid, draft});
    if (!made) return fail(made.error());
    if (fsync(file.get()) != 0) return cannot("write", draft);
    return {};
}

/// What the kernel would refuse, or lose an image in.
Result<void> check_blocks(const std::string& draft) {
    const auto place = sleep::locate(draft);
    if (!place || !place->offset)
        return fail("the file system does not tell where " + draft + " lies");
    if (place->has_holes || place->shared || place->encoded || place->delalloc)
        return fail(draft +
                    " has holes, or blocks that are shared or compressed, which no swap may "
                    "have; choose another --file, or a partition with --swap");
    return {};
}

void sync_directory(const fs::path& directory) {
    const UniqueFd file(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (file) fsync(file.get());
}

}  // namespace

Result<void> make_swap_file(const Root& root, const MakeSwap& wanted) {
    const std::string path = root.path(wanted.path), draft = path + ".tmp";
    const fs::path directory = fs::path(path).parent_path();
    Result<void> made = make_directory(directory);
    if (made) made = make_draft(draft, wanted);
    if (made) made = check_blocks(draft);
    if (!made) {
        unlink(draft.c_str());
        return made;
    }
    swapoff(path.c_str());  // one that has become too small
    if (rename(draft.c_str(), path.c_str()) != 0) return cannot("rename " + draft + " to", path);
    sync_directory(directory);
    return {};
}

Result<void> remove_swap_file(const Root& root, const std::string& path) {
    const std::string real = root.path(path);
    if (swapoff(real.c_str()) != 0 && errno != EINVAL && errno != ENOENT)
        return cannot("switch off", real);
    unlink((real + ".tmp").c_str());
    if (unlink(real.c_str()) != 0 && errno != ENOENT) return cannot("remove", real);
    return {};
}

void switch_off(const Root& root, const std::string& path) {
    if (swapoff(root.path(path).c_str()) != 0)
        g_warning("cannot switch off %s: %s", path.c_str(), g_strerror(errno));
}

Result<void> switch_on(const Root& root, const std::string& path) {
    if (swapon(root.path(path).c_str(), 0) != 0 && errno != EBUSY) return cannot("switch on", path);
    return {};
}

}  // namespace hypnos::setup
