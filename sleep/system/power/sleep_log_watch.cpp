// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/sleep_log_watch.hpp"

#include <algorithm>
#include <utility>

namespace hypnos::sleep {
namespace {

constexpr std::chrono::seconds kRest{1};

bool tells_of_return(const std::string& message) {
    return message.ends_with("suspend exit") || message.ends_with("hibernation exit");
}

}  // namespace

SleepLogWatch::SleepLogWatch(const Root& root, Returned returned)
    : log_(root, KernelLog::From::Now), returned_(std::move(returned)) {
    wait();
}

void SleepLogWatch::wait() {
    if (log_.live_fd() < 0) return;
    source_ = glib::watch(nullptr, log_.live_fd(), G_IO_IN, [this] { look(); });
}

void SleepLogWatch::look() {
    const std::vector<std::string> messages = log_.read_new();
    source_ = glib::after(nullptr, kRest, [this] { wait(); });
    for (const std::string& message : messages) {
        if (message.find("suspend entry (") != std::string::npos)
            deep_ = !message.ends_with("(s2idle)");
    }
    if (std::any_of(messages.begin(), messages.end(), tells_of_return))
        returned_(std::exchange(deep_, true));
}

}  // namespace hypnos::sleep
