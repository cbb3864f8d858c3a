// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/sleeper.hpp"

#include <utility>

namespace hypnos::agent {

void Sleeper::start(const SleepPlan& plan, Done done) {
    if (backend_ == Backend::Logind) return ask_logind(plan, std::move(done));
    worker_.start([power = power_, plan] { return enter_sleep(power, plan); }, std::move(done));
}

void Sleeper::ask_logind(const SleepPlan& plan, Done done) {
    done_ = std::move(done);
    mode_ = plan.mode;
    before_ = read_baseline(power_.root);
    logind_.suspend(plan.mode, [this](const std::string& error) {
        SleepResult result;
        result.backend_error = error;
        if (const Done failed = std::exchange(done_, {})) failed(result);
    });
}

bool Sleeper::over() {
    if (!done_) return false;
    std::exchange(done_, {})(compare(mode_, before_, read_baseline(power_.root)));
    return true;
}

}  // namespace hypnos::agent
