// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/jobs.hpp"

#include <optional>
#include <utility>

namespace hypnos::agent {
namespace {

/// More than all sessions can have under way at once, each of which waits for its own.
constexpr int kThreadsMax = 48;

std::string in_seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

void Jobs::start(const Caller& caller, const std::string& what, std::chrono::milliseconds limit,
                 const Job& job) {
    const std::uint64_t number = ++last_;
    Running& running = running_[number];
    running.caller = caller;
    const auto give_up = [this, number](const std::string& why) { finish(number, fail(why)); };
    if (*threads_ >= kThreadsMax) {
        running.timer = glib::soon(nullptr, [give_up, what] {
            give_up("cannot " + what + ": too many commands hang in the kernel already");
        });
        return;
    }
    ++*threads_;
    running.timer = glib::after(nullptr, limit, [give_up, what, limit] {
        give_up("cannot " + what + ": it has not ended within " + in_seconds(limit));
    });
    running.worker.start(
        [job, threads = threads_] {
            Result<Json> result = job();
            --*threads;
            return result;
        },
        [this, number](const Result<Json>& result) { finish(number, result); });
}

/// The entry goes last: what calls us is in it.
void Jobs::finish(std::uint64_t number, const Result<Json>& result) {
    auto entry = running_.extract(number);
    const CommandResult told =
        result ? CommandResult(*result) : CommandResult(fail(result.error()));
    reply_(entry.mapped().caller, told);
}

}  // namespace hypnos::agent
