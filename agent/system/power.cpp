// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/power.hpp"

#include <sys/eventfd.h>

#include <charconv>
#include <utility>

#include "agent/system/clocks.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kState = "/sys/power/state";
constexpr const char* kMemSleep = "/sys/power/mem_sleep";
constexpr const char* kDisk = "/sys/power/disk";

/// Below this, a difference of two readings of two clocks is noise.
constexpr std::chrono::milliseconds kClockNoise{5};

std::string read_stat(const Root& root, const std::string& name) {
    return root.read("/sys/power/suspend_stats/" + name).value_or("");
}

/// The counter that grows when the kernel has slept. Hibernation does not count in suspend_stats;
/// its hybrid form ends with a wakeup event, as any sleep in RAM does.
const char* sleep_counter(SleepMode mode) {
    return mode == SleepMode::Ram ? "/sys/power/suspend_stats/success" : "/sys/power/wakeup_count";
}

long sleeps_counted(const Root& root, SleepMode mode) {
    const std::string text = root.read(sleep_counter(mode)).value_or("");
    long count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

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

}  // namespace

SleepResult enter_sleep(const Power& power, const SleepPlan& plan) {
    const Root& root = power.root;
    SleepResult result;
    result.deep = plan.deep;
    const long counted_before = sleeps_counted(root, plan.mode);
    const LastFailure failure_before = last_failure(root);
    const auto asleep_before = time_asleep();

    write_power(root, kMemSleep, plan.mem_sleep, result);
    write_power(root, kDisk, plan.disk, result);
    write_power(root, kState, plan.state, result);
    power.acpi.restore();

    const auto slept = time_asleep() - asleep_before;
    if (slept > kClockNoise)
        result.slept = std::chrono::duration_cast<std::chrono::milliseconds>(slept);
    result.counted = sleeps_counted(root, plan.mode) > counted_before;
    if (const LastFailure failure = last_failure(root); failure != failure_before) {
        result.step = failure.step;
        result.device = failure.device;
    }
    put_back(root, kDisk, plan.restore_disk);
    put_back(root, kMemSleep, plan.restore_mem_sleep);
    return result;
}

SleepThread::~SleepThread() {
    if (thread_.joinable()) thread_.join();
}

void SleepThread::start(const SleepPlan& plan, Done done) {
    finished_event_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    finished_watch_ = glib::watch(nullptr, finished_event_.get(), G_IO_IN,
                                  [this, done = std::move(done)] { finished(done); });
    thread_ = std::thread([this, plan] {
        result_ = enter_sleep(power_, plan);
        eventfd_write(finished_event_.get(), 1);
    });
}

void SleepThread::finished(const Done& done) {
    thread_.join();
    finished_watch_.reset();
    done(result_);
}

}  // namespace hypnos::agent
