// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/suspend_machine.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <random>

namespace hypnos::agent {
namespace {

using namespace std::chrono_literals;
using Machine = SuspendMachine;
using State = Machine::State;

// One word or two for each effect, so that a list of them is one line.
std::string word(const RunHook& e) {
    return std::string(name_of(e.phase)) + " " + std::to_string(e.index);
}
std::string word(const ArmAlarm&) { return "arm"; }
std::string word(const DisarmAlarm&) { return "disarm"; }
std::string word(const Accept&) { return "accept"; }
std::string word(const Refuse&) { return "refuse"; }
std::string word(const Announce&) { return "announce"; }
std::string word(const FlushOutput&) { return "flush"; }
std::string word(const EnterSleep&) { return "sleep"; }
std::string word(const Report&) { return "report"; }

std::string words(const std::vector<Effect>& effects) {
    std::string line;
    for (const Effect& effect : effects)
        line +=
            (line.empty() ? "" : ", ") + std::visit([](const auto& e) { return word(e); }, effect);
    return line;
}

template <typename T>
const T& only(const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) {
        if (const T* found = std::get_if<T>(&effect)) return *found;
    }
    ADD_FAILURE() << "no such effect in: " << words(effects);
    static const T kNone{};
    return kNone;
}

SuspendRequest request_of(SleepMode mode) {
    SuspendRequest request;
    request.mode = mode;
    request.transaction = "tx";
    request.hooks_budget = 60s;
    return request;
}

Requested requested(const std::vector<std::string>& hooks = {}, SleepMode mode = SleepMode::Ram) {
    return {request_of(mode), std::nullopt, hooks};
}

HookReport ok(HookPhase phase = HookPhase::Pre) { return {"h", phase, "ok"}; }
HookReport failed(int status, const std::string& output = "") {
    return {"h", HookPhase::Pre, "failed", status, {}, output};
}

SleepResult slept_for(std::chrono::milliseconds time) {
    SleepResult result;
    result.slept = time;
    return result;
}

/// A machine and its clock, which stands unless told.
class MachineTest : public testing::Test {
  protected:
    std::string step(const SuspendEvent& event) { return words(machine_.step(event, now_)); }

    void go_to_sleep(const Requested& request) {
        ASSERT_EQ(step(request), "accept, announce, flush");
        ASSERT_EQ(step(OutputFlushed{}), "sleep");
    }

    std::vector<std::string> phases() const {
        std::vector<std::string> names;
        for (const Phase& phase : machine_.record().phases) names.push_back(phase.name);
        return names;
    }

    Machine machine_;
    BootTime now_{1000000};
};

TEST_F(MachineTest, WithoutHooksOneStepLeadsToTheNext) {
    EXPECT_EQ(step(requested()), "accept, announce, flush");
    EXPECT_EQ(machine_.state(), State::Flushing);
    EXPECT_EQ(step(OutputFlushed{}), "sleep");
    EXPECT_EQ(machine_.state(), State::Asleep);
    EXPECT_EQ(step(SleepReturned{slept_for(2s)}), "report");
    EXPECT_EQ(machine_.state(), State::Idle);
    EXPECT_EQ(machine_.record().outcome, Outcome::Slept);
    EXPECT_EQ(machine_.record().slept, 2s);
    EXPECT_EQ(machine_.record().error, "");
    EXPECT_EQ(phases(), (std::vector<std::string>{"requested", "hooks-run", "entering", "returned",
                                                  "finished"}));
}

TEST_F(MachineTest, HooksRunInOrderAndBackInReverse) {
    EXPECT_EQ(step(requested({"a", "b", "c"})), "pre 0");
    EXPECT_EQ(machine_.state(), State::Preparing);
    EXPECT_EQ(step(HookFinished{ok()}), "pre 1");
    EXPECT_EQ(step(HookFinished{ok()}), "pre 2");
    EXPECT_EQ(step(HookFinished{ok()}), "accept, announce, flush");
    EXPECT_EQ(step(OutputFlushed{}), "sleep");
    EXPECT_EQ(step(SleepReturned{slept_for(1s)}), "post 2");
    EXPECT_EQ(machine_.state(), State::Undoing);
    EXPECT_EQ(step(HookFinished{ok(HookPhase::Post)}), "post 1");
    EXPECT_EQ(step(HookFinished{ok(HookPhase::Post)}), "post 0");
    EXPECT_EQ(step(HookFinished{ok(HookPhase::Post)}), "report");
    EXPECT_EQ(machine_.record().hooks.size(), 6U);
}

TEST_F(MachineTest, AVetoIsToldAtOnceAndUndoesWhatWasStarted) {
    step(requested({"a", "b", "c"}));
    step(HookFinished{ok()});
    const std::vector<Effect> effects = machine_.step(HookFinished{failed(1, "not now")}, now_);
    EXPECT_EQ(words(effects), "refuse, post 1");
    EXPECT_EQ(only<Refuse>(effects).error.message,
              "suspend refused: hook h refused with status 1: not now");
    EXPECT_EQ(only<Refuse>(effects).error.code, ErrorCode::Refused);
    EXPECT_EQ(step(HookFinished{ok(HookPhase::Post)}), "post 0");
    EXPECT_EQ(step(HookFinished{ok(HookPhase::Post)}), "report");
    EXPECT_EQ(machine_.record().outcome, Outcome::Refused);
    EXPECT_NE(machine_.record().error, "");
}

TEST_F(MachineTest, AHookWithNothingToDoHereIsNoVeto) {
    step(requested({"a"}));
    EXPECT_EQ(step(HookFinished{failed(77)}), "accept, announce, flush");
}

TEST_F(MachineTest, AHookThatTakesTooLongIsAVeto) {
    step(requested({"a"}));
    HookReport late = failed(124);
    late.result = "timed-out";
    const std::vector<Effect> effects = machine_.step(HookFinished{late}, now_);
    EXPECT_EQ(words(effects), "refuse, post 0");
    EXPECT_EQ(only<Refuse>(effects).error.message,
              "suspend refused: hook h did not finish in time");
}

TEST_F(MachineTest, ATimeOutWithTheSkipStatusIsStillAVeto) {
    step(requested({"a"}));
    HookReport late = failed(77);
    late.result = "timed-out";
    EXPECT_EQ(step(HookFinished{late}), "refuse, post 0");
}

TEST_F(MachineTest, APostHookThatFailsChangesNothing) {
    step(requested({"a"}));
    step(HookFinished{ok()});
    step(OutputFlushed{});
    step(SleepReturned{slept_for(1s)});
    EXPECT_EQ(step(HookFinished{failed(9)}), "report");
    EXPECT_EQ(machine_.record().outcome, Outcome::Slept);
}

TEST_F(MachineTest, ABlockerRefusesAndNothingStarts) {
    Requested event = requested({"a"});
    event.blocker = Finding{"pm.s2idle-only", Severity::Block, "/sys/power/mem_sleep", "enable S3"};
    const std::vector<Effect> effects = machine_.step(event, now_);
    EXPECT_EQ(words(effects), "refuse");
    EXPECT_EQ(only<Refuse>(effects).error.message,
              "cannot suspend (pm.s2idle-only, /sys/power/mem_sleep): enable S3");
    EXPECT_EQ(only<Refuse>(effects).error.data["finding"]["code"], Json("pm.s2idle-only"));
    EXPECT_EQ(machine_.state(), State::Idle);
}

TEST_F(MachineTest, ABlockedRequestLeavesTheLastRecordAlone) {
    go_to_sleep(requested());
    step(SleepReturned{slept_for(1s)});
    Requested event = requested();
    event.request.transaction = "other";
    event.blocker = Finding{};
    step(event);
    EXPECT_EQ(machine_.record().request.transaction, "tx");
}

TEST_F(MachineTest, ASecondRequestIsRefusedInEveryBusyState) {
    const auto refused = [this] {
        Requested second = requested({"x"});
        second.request.transaction = "second";
        const std::vector<Effect> effects = machine_.step(second, now_);
        return words(effects) == "refuse" &&
               only<Refuse>(effects).error.message.find("transaction tx") != std::string::npos;
    };
    Requested event = requested({"a"});
    event.request.wake_after = 1s;
    step(event);
    EXPECT_TRUE(refused()) << "preparing";
    EXPECT_EQ(step(HookFinished{ok()}), "arm");
    EXPECT_TRUE(refused()) << "arming";
    EXPECT_EQ(step(AlarmArmed{}), "accept, announce, flush");
    EXPECT_TRUE(refused()) << "flushing";
    EXPECT_EQ(step(OutputFlushed{}), "sleep");
    EXPECT_TRUE(refused()) << "asleep";
    EXPECT_EQ(step(SleepReturned{slept_for(1s)}), "disarm, post 0");
    EXPECT_TRUE(refused()) << "undoing";
    EXPECT_EQ(step(HookFinished{ok(HookPhase::Post)}), "report");
    EXPECT_EQ(machine_.record().request.transaction, "tx");
}

TEST_F(MachineTest, AnAlarmIsArmedAfterTheHooksAndDisarmedAfterTheSleep) {
    Requested event = requested({"a"});
    event.request.wake_after = 1500ms;
    step(event);
    const std::vector<Effect> effects = machine_.step(HookFinished{ok()}, now_);
    EXPECT_EQ(words(effects), "arm");
    EXPECT_EQ(only<ArmAlarm>(effects).delay, 1500ms);
    EXPECT_EQ(machine_.state(), State::Arming);
    EXPECT_EQ(step(AlarmArmed{}), "accept, announce, flush");
    EXPECT_EQ(step(OutputFlushed{}), "sleep");
    EXPECT_EQ(step(SleepReturned{slept_for(1s)}), "disarm, post 0");
}

TEST_F(MachineTest, WithoutItsAlarmNobodySleeps) {
    Requested event = requested({"a"});
    event.request.wake_after = 1s;
    step(event);
    step(HookFinished{ok()});
    const std::vector<Effect> effects = machine_.step(AlarmArmed{"no RTC"}, now_);
    EXPECT_EQ(words(effects), "refuse, post 0");
    EXPECT_EQ(only<Refuse>(effects).error.message, "suspend refused: no RTC");
    EXPECT_EQ(step(HookFinished{ok(HookPhase::Post)}), "report");
    EXPECT_EQ(machine_.record().outcome, Outcome::Refused);
}

TEST_F(MachineTest, AHookGetsNoMoreTimeThanItsLimitAndTheRestOfTheBudget) {
    Requested event = requested({"a", "b", "c"});
    event.request.hooks_budget = 20s;
    EXPECT_EQ(only<RunHook>(machine_.step(event, now_)).limit, Machine::kHookLimit);
    now_ += 14s;
    EXPECT_EQ(only<RunHook>(machine_.step(HookFinished{ok()}, now_)).limit, 6s);
    now_ += 6s;
    EXPECT_EQ(step(HookFinished{ok()}), "refuse, post 1");
}

TEST_F(MachineTest, PostHooksHaveTheirLimitWhateverTheBudget) {
    Requested event = requested({"a"});
    event.request.hooks_budget = 1s;
    machine_.step(event, now_);
    EXPECT_EQ(only<RunHook>(machine_.step(HookFinished{failed(1)}, now_)).limit,
              Machine::kHookLimit);
}

TEST_F(MachineTest, TheBudgetIsForHooksAndNotForTheSleep) {
    Requested event = requested({"a"});
    event.request.hooks_budget = 1s;
    step(event);
    now_ += 1500ms;  // the hook was the last one and has finished
    EXPECT_EQ(step(HookFinished{ok()}), "accept, announce, flush");
}

TEST_F(MachineTest, AKernelThatRefusesIsAFailureWithItsReason) {
    go_to_sleep(requested());
    SleepResult result;
    result.os_error = EBUSY;
    result.failed_file = "/sys/power/state";
    result.step = "suspend";
    result.device = "vda";
    EXPECT_EQ(step(SleepReturned{result}), "report");
    const Record& record = machine_.record();
    EXPECT_EQ(record.outcome, Outcome::Failed);
    EXPECT_EQ(record.os_error, EBUSY);
    EXPECT_EQ(record.step, "suspend");
    EXPECT_EQ(record.device, "vda");
    EXPECT_NE(record.error.find("/sys/power/state"), std::string::npos) << record.error;
    EXPECT_NE(record.error.find("vda"), std::string::npos) << record.error;
}

TEST_F(MachineTest, AReturnWithoutProofOfSleepIsAFailure) {
    go_to_sleep(requested());
    step(SleepReturned{SleepResult{}});
    EXPECT_EQ(machine_.record().outcome, Outcome::Failed);
    EXPECT_NE(machine_.record().error, "");
}

TEST_F(MachineTest, AWakeupEventThatCameFirstIsNoFailureAndHasItsReason) {
    go_to_sleep(requested());
    SleepResult result;
    result.os_error = EINVAL;
    result.failed_file = kWakeupCount;
    result.wakeup_came_first = true;
    EXPECT_EQ(step(SleepReturned{result}), "report");
    EXPECT_EQ(machine_.record().outcome, Outcome::WokeEarly);
    EXPECT_EQ(machine_.record().error,
              "a wakeup event came before the kernel was asked to sleep; try again");
}

TEST_F(MachineTest, TasksThatDidNotFreezeAreInTheRecord) {
    go_to_sleep(requested());
    SleepResult result;
    result.os_error = EBUSY;
    result.failed_file = "/sys/power/state";
    result.tasks = {{"tar", 7}};
    step(SleepReturned{result});
    EXPECT_EQ(machine_.record().outcome, Outcome::Failed);
    EXPECT_EQ(machine_.record().tasks, result.tasks);
    EXPECT_EQ(machine_.record().error.find("task tar (pid 7) did not freeze within the kernel's "
                                           "limit (/sys/power/state: "),
              0U)
        << machine_.record().error;
}

TEST_F(MachineTest, ANewTransactionBeginsWithAnEmptyRecord) {
    step(requested({"a"}));
    step(HookFinished{failed(1)});
    step(HookFinished{ok(HookPhase::Post)});
    ASSERT_EQ(machine_.state(), State::Idle);
    step(requested());
    EXPECT_EQ(machine_.record().error, "");
    EXPECT_TRUE(machine_.record().hooks.empty());
    EXPECT_EQ(phases().front(), "requested");
}

TEST_F(MachineTest, ResultsNobodyWaitsForAreIgnored) {
    EXPECT_EQ(step(HookFinished{ok()}), "");
    EXPECT_EQ(step(AlarmArmed{}), "");
    EXPECT_EQ(step(OutputFlushed{}), "");
    EXPECT_EQ(step(SleepReturned{slept_for(1s)}), "");
    EXPECT_EQ(machine_.state(), State::Idle);
}

TEST(StateNames, AreAllDifferent) {
    EXPECT_EQ(name_of(State::Idle), "idle");
    EXPECT_EQ(name_of(State::Preparing), "preparing");
    EXPECT_EQ(name_of(State::Arming), "arming");
    EXPECT_EQ(name_of(State::Flushing), "flushing");
    EXPECT_EQ(name_of(State::Asleep), "asleep");
    EXPECT_EQ(name_of(State::Undoing), "undoing");
}

/// Plays the world at random and checks, effect by effect, what must hold whatever happens.
class RandomWorld {
  public:
    explicit RandomWorld(unsigned seed) : random_(seed) {}

    void run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
            now_ += BootTime(one_in(10) ? 5000000 : 1000);
            feed(next_event());
        }
        while (pending_ != Nothing && !testing::Test::HasFailure()) feed(answer());
        EXPECT_EQ(machine_.state(), State::Idle);
        EXPECT_EQ(reports_, started_);
    }

    int slept() const { return slept_; }
    int refused() const { return refused_; }

  private:
    enum Pending { Nothing, Hook, Alarm, Flush, Sleep };

    bool one_in(unsigned n) { return random_() % n == 0; }

    /// The awaited answer mostly; else a request, or an answer to what nobody asked.
    SuspendEvent next_event() {
        if (pending_ != Nothing && !one_in(4)) return answer();
        if (one_in(2)) return request();
        for (;;) {
            const auto other = static_cast<Pending>(1 + random_() % 4);
            if (other != pending_) return result_of(other);
        }
    }

    SuspendEvent answer() { return result_of(pending_); }

    SuspendEvent result_of(Pending what) {
        if (what == Hook) return HookFinished{hook_report()};
        if (what == Alarm) return AlarmArmed{one_in(4) ? "no alarm" : ""};
        if (what == Flush) return OutputFlushed{};
        SleepResult result = slept_for(std::chrono::milliseconds(one_in(3) ? 0 : 5));
        if (one_in(5)) result.os_error = EBUSY;
        return SleepReturned{result};
    }

    HookReport hook_report() {
        HookReport report = ok();
        if (one_in(6)) report = failed(static_cast<int>(random_() % 80));
        if (one_in(12)) report.result = "timed-out";
        return report;
    }

    SuspendEvent request() {
        Requested event = requested(std::vector<std::string>(random_() % 5, "h"));
        event.request.transaction = std::to_string(++requests_);
        if (one_in(3)) event.request.wake_after = 1s;
        if (one_in(3)) event.request.hooks_budget = std::chrono::milliseconds(random_() % 4000);
        if (one_in(5)) event.blocker = Finding{};
        return event;
    }

    void feed(const SuspendEvent& event) {
        const bool was_idle = machine_.state() == State::Idle;
        const auto* request = std::get_if<Requested>(&event);
        const bool awaited =
            event.index() == static_cast<std::size_t>(pending_) && pending_ != Nothing;
        const std::vector<Effect> effects = machine_.step(event, now_);
        SCOPED_TRACE("effects: " + words(effects));
        const bool refused = request != nullptr && (!was_idle || request->blocker);
        if (refused || (request == nullptr && !awaited)) {
            EXPECT_EQ(words(effects), refused ? "refuse" : "");
            return;
        }
        if (request != nullptr) begin(*request);
        note_answer(event);
        pending_ = Nothing;
        for (const Effect& effect : effects)
            std::visit([this](const auto& e) { check(e); }, effect);
        EXPECT_EQ(pending_ == Nothing, machine_.state() == State::Idle);
    }

    void begin(const Requested& request) {
        ++started_;
        hooks_ = request.hooks.size();
        budget_ = request.request.hooks_budget;
        began_ = now_;
        wants_alarm_ = request.request.wake_after.has_value();
        told_ = announced_ = armed_ = vetoed_ = false;
        undo_.clear();
        next_pre_ = 0;
    }

    void note_answer(const SuspendEvent& event) {
        if (const auto* hook = std::get_if<HookFinished>(&event)) {
            const HookReport& report = hook->report;
            const bool fine =
                report.result == "ok" || (report.result == "failed" && report.status == 77);
            vetoed_ = vetoed_ || (in_pre_ && !fine);
        }
        if (const auto* alarm = std::get_if<AlarmArmed>(&event)) armed_ = alarm->error.empty();
    }

    void await(Pending what) {
        EXPECT_EQ(pending_, Nothing) << "two things are waited for at once";
        pending_ = what;
    }

    void check(const RunHook& e) {
        in_pre_ = e.phase == HookPhase::Pre;
        EXPECT_GT(e.limit, 0ms);
        EXPECT_LE(e.limit, Machine::kHookLimit);
        if (in_pre_) {
            EXPECT_FALSE(vetoed_);
            EXPECT_FALSE(told_);
            EXPECT_EQ(e.index, next_pre_++);
            EXPECT_LE(now_ + e.limit, began_ + budget_);
            undo_.push_back(e.index);
        } else {
            ASSERT_FALSE(undo_.empty()) << "a post hook without its pre";
            EXPECT_TRUE(told_);
            EXPECT_EQ(e.index, undo_.back());
            undo_.pop_back();
        }
        await(Hook);
    }
    void check(const ArmAlarm&) {
        EXPECT_TRUE(wants_alarm_);
        EXPECT_EQ(next_pre_, hooks_);
        await(Alarm);
    }
    void check(const DisarmAlarm&) {
        EXPECT_TRUE(armed_) << "an alarm is taken away that is not ours";
        armed_ = false;
    }
    void tell() {
        EXPECT_FALSE(told_) << "the caller is answered twice";
        told_ = true;
    }
    void check(const Accept&) {
        tell();
        EXPECT_FALSE(vetoed_);
        EXPECT_EQ(armed_, wants_alarm_);
    }
    void check(const Refuse&) {
        tell();
        ++refused_;
    }
    void check(const Announce&) {
        EXPECT_TRUE(told_);
        announced_ = true;
    }
    void check(const FlushOutput&) { await(Flush); }
    void check(const EnterSleep&) {
        EXPECT_TRUE(told_ && announced_);
        EXPECT_FALSE(vetoed_);
        EXPECT_EQ(next_pre_, hooks_) << "sleep with hooks still to run";
        await(Sleep);
    }
    void check(const Report&) {
        ++reports_;
        EXPECT_TRUE(told_);
        EXPECT_TRUE(undo_.empty()) << "a pre hook without its post";
        EXPECT_FALSE(armed_) << "an alarm is left behind";
        if (machine_.record().outcome == Outcome::Slept) ++slept_;
        EXPECT_EQ(machine_.record().outcome == Outcome::Slept, machine_.record().error.empty());
    }

    std::mt19937 random_;
    Machine machine_;
    BootTime now_{};
    BootTime began_{};
    std::chrono::milliseconds budget_{};
    Pending pending_ = Nothing;
    int requests_ = 0;
    int started_ = 0;
    int reports_ = 0;
    int slept_ = 0;
    int refused_ = 0;
    std::size_t hooks_ = 0;
    std::size_t next_pre_ = 0;
    std::vector<std::size_t> undo_;
    bool wants_alarm_ = false;
    bool told_ = false;
    bool announced_ = false;
    bool armed_ = false;
    bool vetoed_ = false;
    bool in_pre_ = false;
};

TEST(SuspendMachineProperty, HoldsInARandomWorld) {
    const char* given = std::getenv("HYPNOS_TEST_SEED");
    const unsigned seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                                           : std::random_device()();
    std::cout << "seed " << seed << " (HYPNOS_TEST_SEED=" << seed << " repeats it)\n";
    SCOPED_TRACE("HYPNOS_TEST_SEED=" + std::to_string(seed));
    int slept = 0;
    int refused = 0;
    for (unsigned i = 0; i < 300 && !HasFailure(); ++i) {
        RandomWorld world(seed + i);
        world.run(300);
        slept += world.slept();
        refused += world.refused();
    }
    EXPECT_GT(slept, 100) << "the random world is too rough to prove anything";
    EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace hypnos::agent
