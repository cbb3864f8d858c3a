// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/power/snapshot.hpp"

#include <fcntl.h>
#include <linux/suspend_ioctls.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <utility>

#include "glib/unique_fd.hpp"
#include "sleep/core/kernel_log.hpp"
#include "sleep/core/number.hpp"
#include "sleep/core/power_files.hpp"
#include "sleep/system/power/kernel_log.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// What can be noted without allocating.
struct Trial {
    int os_error = 0;
    const char* step = "";
    __kernel_loff_t image_bytes = 0;
    nanoseconds frozen{};
};

bool did(int returned, const char* step, Trial& trial) {
    if (returned >= 0) return true;
    trial.os_error = errno;
    trial.step = step;
    return false;
}

/// Freezes devices, copies what an image holds, and thaws devices.
void try_image(int snapshot, Trial& trial) {
    int made_now = 0;  // 0 only in a system that was resumed from the image, which nobody stores
    if (!did(ioctl(snapshot, SNAPSHOT_CREATE_IMAGE, &made_now), "create-image", trial)) return;
    did(ioctl(snapshot, SNAPSHOT_GET_IMAGE_SIZE, &trial.image_bytes), "image-size", trial);
    ioctl(snapshot, SNAPSHOT_FREE);
}

/// From FREEZE to the end only this thread runs. Another may stand still with the allocator's or
/// the log's lock in its hand, so nothing here allocates or logs. Closing thaws what a failure has
/// left frozen. The kernel wants all of it from one thread.
Trial try_all(UniqueFd snapshot) {
    Trial trial;
    const nanoseconds begun = read_clock(CLOCK_MONOTONIC);
    if (!did(ioctl(snapshot.get(), SNAPSHOT_FREEZE), "freeze", trial)) return trial;
    try_image(snapshot.get(), trial);
    ioctl(snapshot.get(), SNAPSHOT_UNFREEZE);
    snapshot = UniqueFd();
    trial.frozen = read_clock(CLOCK_MONOTONIC) - begun;
    return trial;
}

/// Where the kernel would write an image to: "MAJOR:MINOR" of a swap, and the page it begins at.
resume_swap_area read_swap_area(const Root& root) {
    const std::string device = root.text(power_files::kResume);
    const auto major = leading_number<unsigned>(device);
    const auto minor = leading_number<unsigned>(device.substr(device.find(':') + 1));
    resume_swap_area area{};
    area.offset = leading_number(root.text(power_files::kResumeOffset)).value_or(0);
    area.dev = static_cast<__u32>(makedev(major.value_or(0), minor.value_or(0)));
    return area;
}

std::optional<std::int64_t> read_swap_free(int snapshot, const Root& root) {
    resume_swap_area area = read_swap_area(root);
    if (area.dev == 0 || ioctl(snapshot, SNAPSHOT_SET_SWAP_AREA, &area) != 0) return std::nullopt;
    __kernel_loff_t bytes = 0;
    if (ioctl(snapshot, SNAPSHOT_AVAIL_SWAP_SIZE, &bytes) != 0) return std::nullopt;
    return bytes;
}

void carry_out(const Root& root, Rehearsal& rehearsal) {
    UniqueFd snapshot(open(root.path("/dev/snapshot").c_str(), O_RDONLY | O_CLOEXEC));
    if (!snapshot) {
        rehearsal.os_error = errno;
        rehearsal.step = "open";
        return;
    }
    rehearsal.swap_free_bytes = read_swap_free(snapshot.get(), root);
    const Trial trial = try_all(std::move(snapshot));
    rehearsal.os_error = trial.os_error;
    rehearsal.step = trial.step;
    rehearsal.image_bytes = trial.image_bytes;
    rehearsal.frozen = duration_cast<milliseconds>(trial.frozen);
}

}  // namespace

Rehearsal rehearse(const Root& root) {
    Rehearsal rehearsal;
    KernelLog log(root, KernelLog::From::Now);
    const nanoseconds begun = read_clock(CLOCK_MONOTONIC);
    carry_out(root, rehearsal);
    rehearsal.took = duration_cast<milliseconds>(read_clock(CLOCK_MONOTONIC) - begun);
    const KernelReason reason = read_reason(log.read_new());
    rehearsal.tasks = reason.refusing;
    rehearsal.device = reason.device;
    return rehearsal;
}

}  // namespace hypnos::agent
