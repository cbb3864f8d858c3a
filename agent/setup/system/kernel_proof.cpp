// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/kernel_proof.hpp"

#include <fcntl.h>
#include <linux/suspend_ioctls.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "glib/unique_fd.hpp"
#include "sleep/core/number.hpp"

namespace hypnos::setup {
namespace {

/// As the kernel's new_encode_dev() does (include/linux/kdev_t.h).
std::uint32_t encoded(const std::string& device) {
    const auto major = sleep::leading_number<std::uint32_t>(device).value_or(0);
    const auto minor =
        sleep::whole_number<std::uint32_t>(device.substr(device.find(':') + 1)).value_or(0);
    return (minor & 0xffU) | (major << 8U) | ((minor & ~0xffU) << 12U);
}

}  // namespace

int ask_kernel(const Root& root, const std::string& device, std::uint64_t offset) {
    const UniqueFd snapshot(open(root.path("/dev/snapshot").c_str(), O_RDONLY | O_CLOEXEC));
    if (!snapshot) return 0;
    resume_swap_area area{};
    area.offset = static_cast<__kernel_loff_t>(offset);
    area.dev = encoded(device);
    return ioctl(snapshot.get(), SNAPSHOT_SET_SWAP_AREA, &area) == 0 ? 0 : errno;
}

}  // namespace hypnos::setup
