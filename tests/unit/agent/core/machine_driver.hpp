// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A suspend machine on a clock that stands unless told. Answers carry the serial number that is
// awaited, so a test reads as question and answer.

#pragma once

#include <gtest/gtest.h>

#include "tests/unit/agent/core/effect_words.hpp"

namespace hypnos::agent::test {

using namespace std::chrono_literals;
using State = SuspendMachine::State;

inline SuspendRequest request_of(Initiator initiator = Initiator::Host) {
    SuspendRequest request;
    request.initiator = initiator;
    request.transaction = "tx";
    request.hooks_budget = 60s;
    return request;
}

inline Requested requested() { return {request_of()}; }
inline LocalSleepBegins local() { return {request_of(Initiator::Local)}; }
inline LocalSleepEnded ended(const SleepResult& result = slept_for(1s)) {
    SuspendRequest request = request_of(Initiator::Local);
    request.transaction = "noticed";
    return {request, result};
}

inline std::vector<Hook> hooks_of(const std::vector<std::string>& names) {
    std::vector<Hook> hooks;
    for (const std::string& name : names) hooks.push_back({name, "/" + name});
    return hooks;
}

class MachineTest : public testing::Test {
  protected:
    std::string step(const SuspendEvent& event) {
        effects_ = machine_.step(event, now_);
        for (const Effect& effect : effects_) {
            if (serial_of(effect) != 0) question_ = effect;
        }
        return words(effects_);
    }

    // Answers to the last question.
    std::string inspected(const std::vector<std::string>& hooks = {},
                          const std::vector<Finding>& findings = {}) {
        return step(Inspected{serial(), findings, hooks_of(hooks), plan_});
    }
    std::string hook(const std::string& result = "ok", int status = 0) {
        const RunHook& run = std::get<RunHook>(question_);
        return step(HookFinished{run.serial, {run.hook.name, run.phase, result, status}});
    }
    std::string chosen(const std::string& error = "") {
        return step(AlarmChosen{serial(), kAlarm, error});
    }
    std::string armed(const std::string& error = "") { return step(AlarmArmed{serial(), error}); }
    std::string flushed() { return step(OutputFlushed{serial()}); }
    std::string returned(const SleepResult& result = slept_for(1s)) {
        return step(SleepReturned{serial(), result});
    }
    std::string refreshed() { return step(Refreshed{serial(), {}}); }
    std::string expire() {
        now_ = machine_.deadline().value_or(now_);
        return step(Expired{});
    }

    /// What goes well, to the question of this state; there are the hooks a and b.
    std::string answer() {
        if (std::holds_alternative<Inspect>(question_)) return inspected({"a", "b"});
        if (std::holds_alternative<RunHook>(question_)) return hook();
        if (std::holds_alternative<ChooseAlarm>(question_)) return chosen();
        if (std::holds_alternative<ArmAlarm>(question_)) return armed();
        if (std::holds_alternative<FlushOutput>(question_)) return flushed();
        if (std::holds_alternative<EnterSleep>(question_)) return returned();
        return refreshed();
    }

    /// With hooks a and b and an alarm: up to a state, or to the end.
    void reach(State state) {
        Requested event = requested();
        event.request.wake_after = 5s;
        step(event);
        while (machine_.state() != state && machine_.state() != State::Idle) answer();
        ASSERT_EQ(machine_.state(), state) << name_of(machine_.state());
    }

    /// The same for somebody else's sleep.
    void reach_locally(State state) {
        step(local());
        while (machine_.state() != state && machine_.state() != State::Asleep) answer();
        ASSERT_EQ(machine_.state(), state) << name_of(machine_.state());
    }

    Serial serial() const { return serial_of(question_); }
    const Record& record() const { return machine_.record(); }

    template <typename T>
    T only() const {
        for (const Effect& effect : effects_) {
            if (const T* found = std::get_if<T>(&effect)) return *found;
        }
        ADD_FAILURE() << "no such effect in: " << words(effects_);
        return T{};
    }

    std::vector<std::string> phases() const {
        std::vector<std::string> names;
        for (const Phase& phase : record().phases) names.push_back(phase.name);
        return names;
    }

    static constexpr std::int64_t kAlarm = 1700000000;

    SuspendMachine machine_;
    BootTime now_{1000000};
    SleepPlan plan_;
    std::vector<Effect> effects_;
    Effect question_ = Inspect{};
};

}  // namespace hypnos::agent::test
