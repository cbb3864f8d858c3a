// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <cstdlib>

#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

constexpr std::chrono::seconds kDrift{2};

}  // namespace

Findings rtc_is_right(const Question&, const PowerFacts& facts) {
    const auto ahead = facts.rtc_ahead;
    if (!ahead || (*ahead <= kDrift && *ahead >= -kDrift)) return {};
    const std::string amount = std::to_string(std::abs(ahead->count()));
    return {warn("time.rtc",
                 says("/sys/class/rtc/rtc0/since_epoch",
                      amount + " s " + (ahead->count() > 0 ? "ahead" : "behind")),
                 "the machine's clock differs from the system's, and time after a wake is taken "
                 "from it; set it with 'hwclock --systohc', or let the host keep it in UTC")};
}

}  // namespace hypnos::sleep::checks
