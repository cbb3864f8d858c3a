// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/refresh/clock.hpp"

#include <fcntl.h>
#include <glib.h>
#include <linux/ptp_clock.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "glib/unique_fd.hpp"
#include "sleep/system/time/rtc.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::nanoseconds;

nanoseconds time_of(const ptp_clock_time& time) {
    return std::chrono::seconds(time.sec) + nanoseconds(time.nsec);
}

/// linux/ptp_clock.h: the system clock and the device in turn, the system clock first and last.
std::vector<PtpSample> samples_in(const ptp_sys_offset& answer) {
    std::vector<PtpSample> samples;
    for (unsigned i = 0; i < answer.n_samples; ++i) {
        const ptp_clock_time* times = answer.ts + std::size_t{2} * i;
        samples.push_back({time_of(times[0]), time_of(times[1]), time_of(times[2])});
    }
    return samples;
}

/// The name of the first PTP clock that is the host's; empty if there is none.
std::string host_ptp_clock(const Root& root) {
    const std::string directory = "/sys/class/ptp/";
    for (const std::string& name : root.list(directory))
        if (is_host_clock(root.text(directory + name + "/clock_name"))) return name;
    return "";
}

/// What a source says; no advice means that there is no such source, or that it is of no use.
struct Advice {
    std::string source;
    ClockStep step;
};

std::optional<Advice> ask_ptp(const Root& root, RefreshReport& report) {
    const std::string name = host_ptp_clock(root);
    if (name.empty()) return std::nullopt;
    const std::string device = "/dev/" + name;
    const UniqueFd file(open(root.path(device).c_str(), O_RDONLY | O_CLOEXEC));
    ptp_sys_offset answer{};
    answer.n_samples = 5;
    if (ioctl(file.get(), PTP_SYS_OFFSET, &answer) == 0)
        return Advice{device, step_by_ptp(samples_in(answer))};
    report.problems.push_back("cannot read the host's clock " + device + ": " + g_strerror(errno));
    return std::nullopt;
}

std::optional<RtcReading> compare_rtc(const Root& root, const SystemClock& clock) {
    const std::optional<std::chrono::seconds> rtc = read_rtc(root);
    if (!rtc) return std::nullopt;
    return RtcReading{.rtc = *rtc, .system = clock.now()};
}

std::optional<Advice> ask_rtc(const Root& root, const SystemClock& clock,
                              const std::optional<ClockBefore>& before, RefreshReport& report) {
    if (rtc_in_local_time(root.text(kAdjtime))) return std::nullopt;
    const std::optional<RtcReading> reading = compare_rtc(root, clock);
    if (!reading) return std::nullopt;
    const Result<ClockStep> step = step_by_rtc(before, *reading);
    if (step) return Advice{kRtcDevice, *step};
    report.problems.push_back(step.error().message);
    return std::nullopt;
}

}  // namespace

std::optional<ClockBefore> read_clock_before(const Root& root, const SystemClock& clock) {
    const std::optional<RtcReading> reading = compare_rtc(root, clock);
    if (!reading) return std::nullopt;
    return ClockBefore{*reading, clock.synchronised()};
}

void set_clock(const Root& root, const SystemClock& clock, const std::optional<ClockBefore>& before,
               RefreshReport& report) {
    std::optional<Advice> advice = ask_ptp(root, report);
    if (!advice) advice = ask_rtc(root, clock, before, report);
    if (!advice) return;
    report.clock_source = advice->source;
    if (!advice->step) return;
    const auto step = std::chrono::round<std::chrono::milliseconds>(*advice->step);
    if (const int error = clock.add(*advice->step); error == 0)
        report.clock_step = step;
    else
        report.problems.push_back("cannot step the clock by " + std::to_string(step.count()) +
                                  " ms: " + g_strerror(error) +
                                  "; the agent needs CAP_SYS_TIME, see hypnos-agent.service");
}

}  // namespace hypnos::agent
