// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/time/guest_time.hpp"

#include <glib.h>

#include <cerrno>
#include <ctime>

#include "agent/core/clock_policy.hpp"
#include "sleep/system/time/rtc.hpp"

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr auto kLook = 5ms;
constexpr int kLooks = 1100ms / kLook;

std::string reason(int error) {
    switch (error) {
        case EINVAL:
            return "the kernel takes no time before its own start, none after 2232";
        case EPERM:
            return "the agent needs CAP_SYS_TIME, see hypnos-agent.service";
        case EBUSY:
            return "another program has the RTC open; try again";
        case ENOENT:
        case ENODEV:
            return "the guest has no RTC";
        default:
            return g_strerror(error);
    }
}

Result<void> step_to(const GuestTime& clocks, nanoseconds time) {
    const int error = clocks.system.add(time - clocks.system.now());
    if (error == 0) return {};
    const seconds told = std::chrono::floor<seconds>(time);
    return fail("cannot set the clock to " + std::to_string(told.count()) +
                " s since 1970: " + reason(error));
}

/// What an RTC in local time shows at a time, read as if it were UTC.
seconds in_local_time(seconds time) {
    const std::time_t utc = time.count();
    std::tm local{};
    tzset();
    localtime_r(&utc, &local);
    return seconds(timegm(&local));
}

seconds from_local_time(seconds shown) {
    const std::time_t as_utc = shown.count();
    std::tm local{};
    gmtime_r(&as_utc, &local);
    local.tm_isdst = -1;
    return seconds(mktime(&local));
}

std::string warning(int error) {
    return error == 0 ? ""
                      : std::string("the clock is set, the RTC ") + kRtcDevice +
                            " cannot be: " + reason(error);
}

/// What the RTC shows at the moment it begins to.
Result<seconds> next_second(const GuestTime& clocks) {
    const std::optional<seconds> first = clocks.read_rtc();
    if (!first) return fail(std::string("cannot read ") + kRtcTime + ": the guest has no RTC");
    for (int looks = 0; looks < kLooks; ++looks) {
        const std::optional<seconds> shown = clocks.read_rtc();
        if (shown && shown != first) return *shown;
        g_usleep(std::chrono::microseconds(kLook).count());
    }
    return fail(std::string("the RTC ") + kRtcDevice + " does not tick");
}

}  // namespace

GuestTime guest_time(const Root& root) {
    return {.system = system_clock(root),
            .rtc_is_local = rtc_in_local_time(root.text(kAdjtime)),
            .read_rtc = [root] { return read_rtc(root); },
            .set_rtc = [root](seconds shown) { return set_rtc(root, shown); }};
}

Result<std::string> set_time(const GuestTime& clocks, nanoseconds time) {
    if (Result<void> set = step_to(clocks, time); !set) return fail(set.error());
    const auto now = std::chrono::round<seconds>(clocks.system.now());
    const int error = clocks.set_rtc(clocks.rtc_is_local ? in_local_time(now) : now);
    // What is meant by EINVAL and ERANGE depends on the RTC: some count to 2069 or 2099 only.
    return warning(error == EINVAL ? ERANGE : error);
}

Result<void> take_time_from_rtc(const GuestTime& clocks) {
    const Result<seconds> shown = next_second(clocks);
    if (!shown) return fail(shown.error());
    return step_to(clocks, clocks.rtc_is_local ? from_local_time(*shown) : *shown);
}

}  // namespace hypnos::agent
