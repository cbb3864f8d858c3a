// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/sleeper.hpp"

#include <utility>

#include "sleep/core/power_files.hpp"

namespace hypnos::sleep {

void Sleeper::start(const SleepPlan& plan, Done done) {
    done_ = std::move(done);
    wakeups_ = read_wakeup_counts(power_.root);
    if (backend_ == Backend::Logind) return ask_logind(plan);
    worker_.start([power = power_, plan] { return enter_sleep(power, plan); },
                  [this](const SleepResult& result) { returned(result); });
}

void Sleeper::ask_logind(const SleepPlan& plan) {
    asked_logind_ = true;
    plan_ = plan;
    evidence_.emplace(power_.root);
    logind_.suspend(plan.mode, [this, alive = std::weak_ptr<bool>(alive_)](const auto& error) {
        if (alive.expired() || !std::exchange(asked_logind_, false)) return;
        SleepResult result;
        result.backend_error = error;
        returned(result);
    });
}

bool Sleeper::over() {
    if (!std::exchange(asked_logind_, false)) return false;
    SleepResult result;
    // sleep.conf(5) may have had logind choose otherwise.
    result.deep =
        plan_.deep && parse_choice(power_.root.text(power_files::kMemSleep)).chosen != "s2idle";
    evidence_->add_to(result, plan_.mode, false);
    returned(result);
    return true;
}

void Sleeper::returned(SleepResult result) {
    power_.acpi.restore();
    result.wake_reason = wake_reason(power_.root, wakeups_, read_wakeup_counts(power_.root));
    done_(result);
}

}  // namespace hypnos::sleep
