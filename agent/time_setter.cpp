// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/time_setter.hpp"

#include <utility>

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using Time = std::optional<std::chrono::nanoseconds>;

/// An RTC that takes longer hangs; reading one takes a second at most.
constexpr auto kLimit = 5s;

Result<std::string> set_now(const GuestTime& clocks, Time time) {
    if (time) return set_time(clocks, *time);
    return take_time_from_rtc(clocks).map([] { return std::string(); });
}

CommandResult answer(const Result<std::string>& warning) {
    if (!warning) return fail(warning.error());
    Json set = Json::object();
    if (!warning->empty()) set.set("warnings", Json::array({*warning}));
    return set;
}

}  // namespace

void TimeSetter::set(Time time, const Caller& caller) {
    if (caller_) return reply_(caller, fail("the time is being set already; try again"));
    caller_ = caller;
    worker_.start([root = root_, time] { return set_now(guest_time(root), time); },
                  [this](const Result<std::string>& warning) { finish(answer(warning)); });
    late_ = glib::after(nullptr, kLimit, [this] {
        worker_.give_up();
        finish(fail("the RTC does not answer; see the guest's kernel log"));
    });
}

void TimeSetter::finish(const CommandResult& result) {
    late_.reset();
    const Caller caller = *std::exchange(caller_, {});
    reply_(caller, result);
}

}  // namespace hypnos::agent
