// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/clock_policy.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kPtpThreshold = 100ms;
constexpr nanoseconds kRtcThreshold = 2s;

/// 2024-01-01: a clock whose battery is empty starts in 1970, 1980 or 2000.
constexpr std::chrono::seconds kEarliest{1704067200};

/// Drivers ptp_kvm, hv_utils and ptp_vmw.
constexpr std::array<std::string_view, 3> kHostClocks = {"KVM virtual PTP", "hyperv", "ptp_vmw"};

ClockStep if_above(nanoseconds threshold, nanoseconds step) {
    return step > threshold || step < -threshold ? ClockStep(step) : std::nullopt;
}

nanoseconds duration_of(const PtpSample& sample) { return sample.after - sample.before; }

/// What the RTC has more than the system clock; the middle of its second is the best guess.
nanoseconds offset_of(const RtcReading& reading) { return reading.rtc + 500ms - reading.system; }

std::string seconds_text(std::chrono::seconds time) { return std::to_string(time.count()); }

}  // namespace

bool is_host_clock(std::string_view clock_name) {
    return std::find(kHostClocks.begin(), kHostClocks.end(), clock_name) != kHostClocks.end();
}

ClockStep step_by_ptp(const std::vector<PtpSample>& samples) {
    const auto best = std::min_element(
        samples.begin(), samples.end(),
        [](const auto& a, const auto& b) { return duration_of(a) < duration_of(b); });
    if (best == samples.end()) return std::nullopt;
    return if_above(kPtpThreshold, best->ptp - best->before - duration_of(*best) / 2);
}

bool rtc_in_local_time(std::string_view adjtime) {
    for (int line = 1; line < 3; ++line) {
        const std::size_t end = adjtime.find('\n');
        if (end == std::string_view::npos) return false;
        adjtime.remove_prefix(end + 1);
    }
    return adjtime.substr(0, adjtime.find('\n')) == "LOCAL";
}

Result<ClockStep> step_by_rtc(const std::optional<ClockBefore>& before, const RtcReading& now) {
    if (now.rtc < kEarliest)
        return fail("the RTC is wrong: it says " + seconds_text(now.rtc) +
                    " s since 1970; set it with hwclock --systohc");
    if (before && now.rtc < before->reading.rtc)
        return fail("the RTC is wrong: it went backwards in the sleep, from " +
                    seconds_text(before->reading.rtc) + " to " + seconds_text(now.rtc) +
                    " s since 1970");
    const bool was_right = before && before->synchronised;
    const nanoseconds offset_before = was_right ? offset_of(before->reading) : 0ns;
    return if_above(kRtcThreshold, offset_of(now) - offset_before);
}

}  // namespace hypnos::agent
