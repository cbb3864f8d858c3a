// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a random world says: requests, and answers to the questions of a suspend machine.

#pragma once

#include <array>
#include <cerrno>
#include <random>

#include "tests/unit/agent/core/effect_words.hpp"

namespace hypnos::agent::test {

using namespace std::chrono_literals;

inline bool proves_a_sleep(const SleepResult& result) {
    return result.os_error == 0 && result.slept > 0ms;
}

class RandomAnswers {
  public:
    explicit RandomAnswers(unsigned seed) : random_(seed) {}

    unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
    bool one_in(unsigned n) { return below(n) == 0; }

    SuspendEvent answer_to(const Effect& question) {
        const Serial serial = serial_of(question);
        if (std::holds_alternative<Inspect>(question))
            return Inspected{serial, findings(), hooks(), plan()};
        if (const auto* run = std::get_if<RunHook>(&question)) return finished(*run);
        if (std::holds_alternative<ChooseAlarm>(question))
            return AlarmChosen{serial, 1000 + serial, one_in(5) ? "no RTC" : ""};
        if (std::holds_alternative<ArmAlarm>(question))
            return AlarmArmed{serial, one_in(5) ? "no RTC" : ""};
        if (std::holds_alternative<FlushOutput>(question)) return OutputFlushed{serial};
        if (std::holds_alternative<EnterSleep>(question)) return SleepReturned{serial, result()};
        if (std::holds_alternative<Rehearse>(question)) return Rehearsed{serial};
        return Refreshed{serial, {}};
    }

    SuspendRequest request(Initiator initiator) {
        SuspendRequest request;
        request.transaction = "tx" + std::to_string(++transactions_);
        request.initiator = initiator;
        request.mode = static_cast<SleepMode>(below(3));
        request.force = one_in(3);
        request.hooks_budget = std::chrono::milliseconds(one_in(3) ? below(9000) : 60000);
        if (one_in(2)) request.wake_after = 5s;
        return request;
    }

    SleepResult result() {
        SleepResult result;
        result.slept = std::chrono::milliseconds(one_in(3) ? 0 : 5);
        result.deep = !one_in(4);
        if (one_in(6)) result.os_error = EBUSY;
        return result;
    }

  private:
    std::vector<Finding> findings() {
        std::vector<Finding> findings;
        if (one_in(3)) findings.push_back({"pm.x", Severity::Warn, "x", "x"});
        if (one_in(6)) findings.push_back({"pm.y", Severity::Block, "y", "y"});
        return findings;
    }

    std::vector<Hook> hooks() {
        std::vector<Hook> hooks;
        for (unsigned i = below(4); i > 0; --i)
            hooks.push_back(
                {"h" + std::to_string(hooks.size()), "/h", static_cast<OnFailure>(below(3))});
        return hooks;
    }

    SleepPlan plan() {
        SleepPlan plan;
        plan.restore_disk = one_in(2) ? "platform" : "";
        return plan;
    }

    HookFinished finished(const RunHook& run) {
        static constexpr std::array kResults = {"failed", "timed-out", "stuck"};
        const char* result = one_in(7) ? kResults[below(kResults.size())] : "ok";
        return {run.serial, {run.hook.name, run.phase, result, 1}};
    }

    std::mt19937 random_;
    int transactions_ = 0;
};

}  // namespace hypnos::agent::test
