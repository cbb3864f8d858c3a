// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/refresh/entropy.hpp"

#include <fcntl.h>
#include <glib.h>
#include <linux/random.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "glib/unique_fd.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kHardware = "/dev/hwrng";
constexpr const char* kGenerator = "/dev/urandom";
constexpr std::size_t kHardwareBytes = 32;

/// struct rand_pool_info of linux/random.h, with a size. The two clocks tell two resumed copies
/// apart where there is no hardware; they are mixed in, and not counted as entropy.
struct Pool {
    int entropy_bits = 0;
    int size = sizeof(clocks) + kHardwareBytes;
    std::array<std::int64_t, 2> clocks{};
    std::array<unsigned char, kHardwareBytes> hardware{};
};
static_assert(sizeof(Pool) == 2 * sizeof(int) + 2 * sizeof(std::int64_t) + kHardwareBytes);

/// What the host's generator has at once. virtio-rng asks its host anew after a wake, which takes a
/// moment (EAGAIN).
std::size_t read_hardware(const Root& root, std::array<unsigned char, kHardwareBytes>& bytes) {
    constexpr int kTries = 5;
    constexpr unsigned long kPauseUs = 1000;
    const UniqueFd file(open(root.path(kHardware).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file) return 0;
    for (int i = 0; i < kTries; ++i) {
        const ssize_t size = read(file.get(), bytes.data(), bytes.size());
        if (size >= 0) return static_cast<std::size_t>(size);
        if (errno != EAGAIN) return 0;
        g_usleep(kPauseUs);
    }
    return 0;
}

Pool fill_pool(const Root& root) {
    Pool pool;
    pool.clocks = {realtime().count(), boottime().count()};
    pool.entropy_bits = 8 * static_cast<int>(read_hardware(root, pool.hardware));
    return pool;
}

}  // namespace

void reseed(const Root& root, RefreshReport& report) {
    const UniqueFd generator(open(root.path(kGenerator).c_str(), O_RDWR | O_CLOEXEC));
    if (!generator && errno == ENOENT) return;
    const auto failed = [&report](const char* what) {
        report.problems.push_back(std::string("cannot ") + what + " in " + kGenerator + ": " +
                                  g_strerror(errno));
    };
    const Pool pool = fill_pool(root);
    if (ioctl(generator.get(), RNDADDENTROPY, &pool) != 0) failed("add entropy");
    // Added entropy is used at once only after this: the kernel reseeds by itself once a minute.
    report.reseeded = ioctl(generator.get(), RNDRESEEDCRNG) == 0;
    if (!*report.reseeded) failed("reseed");
}

}  // namespace hypnos::agent
