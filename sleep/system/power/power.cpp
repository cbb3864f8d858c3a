// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/power.hpp"

#include <glib.h>

#include <cerrno>

#include "sleep/core/power_files.hpp"
#include "sleep/system/power/evidence.hpp"

namespace hypnos::sleep {
namespace {

using power_files::kDisk;
using power_files::kMemSleep;
using power_files::kState;

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

}  // namespace

SleepResult enter_sleep(const Power& power, const SleepPlan& plan) {
    SleepEvidence evidence(power.root);
    SleepResult result;
    result.deep = plan.deep;
    write_plan(power.root, plan, result);
    power.acpi.restore();
    evidence.add_to(result, plan.mode, !plan.wakeup_count.empty());
    put_back_settings(power.root, plan.restore_mem_sleep, plan.restore_disk);
    return result;
}

void put_back_settings(const Root& root, const std::string& mem_sleep, const std::string& disk) {
    put_back(root, kDisk, disk);
    put_back(root, kMemSleep, mem_sleep);
}

}  // namespace hypnos::sleep
