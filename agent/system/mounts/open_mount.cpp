// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/open_mount.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <limits>
#include <sstream>

#include "glib/unique_fd.hpp"
#include "sleep/core/number.hpp"

namespace hypnos::agent {
namespace {

class KernelMount : public OpenMount {
  public:
    explicit KernelMount(UniqueFd fd) : fd_(std::move(fd)) {}

    int freeze() override { return ioctl(fd_.get(), FIFREEZE, 0) == 0 ? 0 : errno; }
    int thaw() override { return ioctl(fd_.get(), FITHAW, 0) == 0 ? 0 : errno; }
    int trim(Trim& trim) override {
        fstrim_range range = {0, std::numeric_limits<std::uint64_t>::max(), trim.minimum};
        if (ioctl(fd_.get(), FITRIM, &range) != 0) return errno;
        trim = {range.minlen, range.len};
        return 0;
    }

  private:
    UniqueFd fd_;
};

/// The mount that a descriptor is on: "mnt_id:" in its fdinfo (proc_pid_fdinfo(5)). st_dev would not
/// do: each subvolume of btrfs has one of its own.
std::optional<std::uint64_t> mount_id(const Root& root, int fd) {
    constexpr std::string_view kLabel = "mnt_id:\t";
    std::istringstream in(root.text("/proc/self/fdinfo/" + std::to_string(fd)));
    for (std::string line; std::getline(in, line);)
        if (line.compare(0, kLabel.size(), kLabel) == 0)
            return sleep::whole_number<std::uint64_t>(std::string_view(line).substr(kLabel.size()));
    return std::nullopt;
}

class Kernel : public MountOpener {
  public:
    explicit Kernel(const Root& root) : root_(root) {}

    Opened open(const Mount& mount) const override {
        if (!root_.is_system()) return tl::unexpected(EXDEV);
        UniqueFd fd(::open(root_.path(mount.point).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (!fd) return tl::unexpected(errno);
        if (mount_id(root_, fd.get()) != mount.id) return tl::unexpected(ESTALE);
        return std::make_unique<KernelMount>(std::move(fd));
    }

  private:
    Root root_;
};

/// What the path of a mount point that lies below another mount comes to.
bool means_hidden(int error) {
    return error == ESTALE || error == ENOENT || error == ENOTDIR || error == ELOOP;
}

}  // namespace

std::shared_ptr<const MountOpener> mount_opener(const Root& root) {
    return std::make_shared<Kernel>(root);
}

Reached reach(const MountOpener& opener, const FileSystem& file_system) {
    Reached reached;
    for (const Mount& mount : file_system.mounts) {
        MountOpener::Opened opened = opener.open(mount);
        if (opened) return {std::move(*opened), mount.point, 0};
        if (reached.point.empty()) reached.point = mount.point;
        if (!means_hidden(opened.error())) reached = {nullptr, mount.point, opened.error()};
    }
    return reached;
}

}  // namespace hypnos::agent
