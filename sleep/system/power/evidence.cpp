// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/evidence.hpp"

#include <future>
#include <memory>
#include <thread>

#include "sleep/core/kernel_log.hpp"
#include "sleep/core/number.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::sleep {
namespace {

std::string read_stat(const Root& root, const std::string& name) {
    return root.text("/sys/power/suspend_stats/" + name);
}

/// Negative if it is no number.
std::int64_t to_number(const std::string& text) { return leading_number(text).value_or(-1); }

}  // namespace

Baseline read_baseline(const Root& root) {
    return {.asleep = std::chrono::duration_cast<std::chrono::microseconds>(time_asleep()),
            .suspends = to_number(read_stat(root, "success")),
            .wakeups = to_number(read_wakeup_count(root))};
}

std::string read_wakeup_count(const Root& root) {
    constexpr std::chrono::milliseconds kLimit{300};
    auto answer = std::make_shared<std::promise<std::string>>();
    std::future<std::string> count = answer->get_future();
    std::thread([answer, root] { answer->set_value(root.text(kWakeupCount)); }).detach();
    return count.wait_for(kLimit) == std::future_status::ready ? count.get() : "";
}

SleepEvidence::SleepEvidence(const Root& root)
    : root_(root),
      log_(root, KernelLog::From::Now),
      failure_(last_failure(root)),
      before_(read_baseline(root)) {}

SleepEvidence::LastFailure SleepEvidence::last_failure(const Root& root) {
    return {read_stat(root, "fail"), read_stat(root, "last_failed_step"),
            read_stat(root, "last_failed_dev")};
}

void SleepEvidence::add_to(SleepResult& result, SleepMode mode, bool wakeups_end_it) {
    if (const LastFailure failure = last_failure(root_); failure != failure_) {
        result.step = failure.step;
        result.device = failure.device;
    }
    const Baseline after = read_baseline(root_);
    const SleepResult proof = compare(mode, before_, after);
    result.slept = proof.slept;
    result.counted = proof.counted;
    explain(result, read_reason(log_.read_new()), wakeups_end_it && woken_between(before_, after));
}

}  // namespace hypnos::sleep
