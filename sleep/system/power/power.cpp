// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/power.hpp"

#include <glib.h>

#include <cerrno>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "sleep/core/kernel_log.hpp"
#include "sleep/core/number.hpp"
#include "sleep/core/power_files.hpp"
#include "sleep/system/power/kernel_log.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::sleep {
namespace {

using power_files::kDisk;
using power_files::kMemSleep;
using power_files::kState;

std::string read_stat(const Root& root, const std::string& name) {
    return root.text("/sys/power/suspend_stats/" + name);
}

/// Negative if it is no number.
std::int64_t to_number(const std::string& text) { return leading_number(text).value_or(-1); }

/// What suspend_stats says of the last failure; it may be of an earlier sleep.
struct LastFailure {
    std::string count, step, device;
    bool operator==(const LastFailure&) const = default;
};

LastFailure last_failure(const Root& root) {
    return {read_stat(root, "fail"), read_stat(root, "last_failed_step"),
            read_stat(root, "last_failed_dev")};
}

/// Writes unless there is nothing to write; notes the first failure in `result`.
void write_power(const Root& root, const char* file, const std::string& text, SleepResult& result) {
    if (text.empty() || result.os_error != 0) return;
    result.os_error = root.write(file, text);
    if (result.os_error != 0) result.failed_file = file;
}

void put_back(const Root& root, const char* file, const std::string& text) {
    if (text.empty()) return;
    if (const int error = root.write(file, text); error != 0)
        g_warning("cannot put %s back to '%s': %s", file, text.c_str(), g_strerror(error));
}

/// Once the kernel has taken the number back, any wakeup event ends the sleep that follows.
void check_wakeups(const Root& root, const SleepPlan& plan, SleepResult& result) {
    if (plan.wakeup_count.empty() || result.os_error != 0) return;
    const int error = root.write(kWakeupCount, plan.wakeup_count);
    if (error == EINVAL) {
        result.os_error = error;
        result.failed_file = kWakeupCount;
        result.wakeup_came_first = true;
    } else if (error != 0 && error != ENOENT) {
        g_warning("cannot write %s: %s", kWakeupCount, g_strerror(error));
    }
}

void write_plan(const Root& root, const SleepPlan& plan, SleepResult& result) {
    write_power(root, kMemSleep, plan.mem_sleep, result);
    write_power(root, kDisk, plan.disk, result);
    check_wakeups(root, plan, result);
    write_power(root, kState, plan.state, result);
}

void note_last_failure(const Root& root, const LastFailure& before, SleepResult& result) {
    const LastFailure failure = last_failure(root);
    if (failure == before) return;
    result.step = failure.step;
    result.device = failure.device;
}

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

SleepResult enter_sleep(const Power& power, const SleepPlan& plan) {
    const Root& root = power.root;
    KernelLog log(root, KernelLog::From::Now);
    const LastFailure failure_before = last_failure(root);
    const Baseline before = read_baseline(root);

    SleepResult result;
    result.deep = plan.deep;
    write_plan(root, plan, result);
    power.acpi.restore();

    note_last_failure(root, failure_before, result);
    const Baseline after = read_baseline(root);
    const SleepResult proof = compare(plan.mode, before, after);
    result.slept = proof.slept;
    result.counted = proof.counted;
    explain(result, read_reason(log.read_new()),
            !plan.wakeup_count.empty() && woken_between(before, after));
    put_back_settings(root, plan.restore_mem_sleep, plan.restore_disk);
    return result;
}

void put_back_settings(const Root& root, const std::string& mem_sleep, const std::string& disk) {
    put_back(root, kDisk, disk);
    put_back(root, kMemSleep, mem_sleep);
}

}  // namespace hypnos::sleep
