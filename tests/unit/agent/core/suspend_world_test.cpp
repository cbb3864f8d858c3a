// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The suspend machine in a random world: answers, late answers and none, deadlines, cancels, sleeps
// of others, and the death of the agent between any two effects. WorldModel checks each effect.

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/unit/agent/core/random_answers.hpp"
#include "tests/unit/agent/core/world_model.hpp"

namespace hypnos::agent::test {
namespace {

class RandomWorld {
  public:
    RandomWorld(unsigned seed, Census& census) : random_(seed), model_(census) {}

    void run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
            now_ += std::chrono::milliseconds(random_.one_in(4) ? random_.below(4000) : 0);
            random_.one_in(50) ? crash() : feed(next_event());
            if (random_.one_in(8)) expect_to_end_alone();
        }
        if (testing::Test::HasFailure()) std::cout << trail_ << std::flush;
    }

  private:
    // Events --------------------------------------------------------------------------------------

    SuspendEvent next_event() {
        switch (random_.below(40)) {
            case 0:
            case 1:
                return Requested{random_.request(Initiator::Host)};
            case 2:
                return CancelRequested{};
            case 3:
                return RehearsalRequested{};
            case 4:
                return LocalSleepBegins{random_.request(Initiator::Local)};
            case 5:
                return LocalSleepEnded{random_.request(Initiator::Local), random_.result()};
            case 6:
            case 7:
                return expired();
            case 8:
                return Expired{};
            case 9:
            case 10:
                return late_answer();
            default:
                return awaited();
        }
    }

    SuspendEvent awaited() {
        if (model_.question) return random_.answer_to(*model_.question);
        if (machine_.state() == State::Idle)
            return random_.one_in(3)
                       ? SuspendEvent(LocalSleepBegins{random_.request(Initiator::Local)})
                       : SuspendEvent(Requested{random_.request(Initiator::Host)});
        return LocalSleepEnded{random_.request(Initiator::Local), random_.result()};
    }

    SuspendEvent expired() {
        if (machine_.deadline()) now_ = std::max(now_, *machine_.deadline());
        if (random_.one_in(4)) now_ += std::chrono::seconds(random_.below(200));
        return Expired{};
    }

    /// To a question given up, or never asked.
    SuspendEvent late_answer() {
        if (model_.given_up.empty()) return random_.answer_to(Refresh{1000000});
        return random_.answer_to(
            model_.given_up[random_.below(static_cast<unsigned>(model_.given_up.size()))]);
    }

    // What an event means to the model, before the machine hears of it -----------------------------

    /// Whether it may change anything.
    bool note(const Requested& event) {
        if (busy()) return expect_only("refuse", event);
        model_.begin(event.request, now_);
        return true;
    }
    bool note(const RehearsalRequested& event) { return !busy() || expect_only("refuse", event); }
    bool note(const LocalSleepBegins& event) {
        if (busy()) return expect_only("let", event);
        model_.begin(event.request, now_);
        return true;
    }
    bool note(const LocalSleepEnded& event) {
        const bool proof = proves_a_sleep(event.result);
        if (machine_.state() == State::Idle && proof) model_.begin(event.request, now_);
        if (!hears_of_the_end()) return expect_only("", event);
        model_.tx.over = true;
        model_.tx.proven = proof;
        return true;
    }
    bool note(const CancelRequested& event) {
        if (!machine_.cancellable()) return expect_only("", event);
        model_.tx.cancelled = true;
        return true;
    }
    bool note(const Recovered&) { return true; }
    bool note(const Expired& event) {
        if (!machine_.deadline() || now_ < *machine_.deadline()) return expect_only("", event);
        return now_ <= *machine_.deadline() + SuspendMachine::kReturnGrace ||
               expect_to_wait_on(event);
    }
    /// The deadline was slept through: the same again, and later.
    bool expect_to_wait_on(const Expired& event) {
        const State before = machine_.state();
        EXPECT_EQ(words(machine_.step(event, now_)), "");
        EXPECT_EQ(machine_.state(), before);
        EXPECT_EQ(machine_.deadline(), now_ + SuspendMachine::kReturnGrace);
        return false;
    }
    bool note(const Inspected& event) {
        if (!awaits(event)) return expect_only("", event);
        const Transaction& tx = model_.tx;
        model_.tx.hooks = event.hooks;
        if (tx.over && tx.proven) all_hooks_get_their_post();
        return true;
    }
    bool note(const HookFinished& event) {
        if (!awaits(event)) return expect_only("", event);
        const auto& run = std::get<RunHook>(*model_.question);
        if (run.phase == HookPhase::Pre && vetoes(event.report.result, run.hook))
            model_.tx.vetoed = true;
        return true;
    }
    bool note(const AlarmArmed& event) {
        if (!awaits(event)) return expect_only("", event);
        if (!event.error.empty()) model_.tx.armed.reset();
        return true;
    }
    bool note(const SleepReturned& event) {
        if (model_.unreturned == event.serial) model_.unreturned.reset();
        if (!awaits(event)) return expect_only("", event);
        model_.tx.proven = proves_a_sleep(event.result);
        return true;
    }
    bool note(const Rehearsed& event) {
        if (model_.unreturned == event.serial) model_.unreturned.reset();
        return awaits(event) || expect_only("", event);
    }
    template <typename Answer>
    bool note(const Answer& event) {
        return awaits(event) || expect_only("", event);
    }

    bool busy() const { return machine_.state() != State::Idle || model_.unreturned; }

    bool hears_of_the_end() const {
        const Transaction& tx = model_.tx;
        if (!model_.under_way || !tx.is_local() || tx.over || tx.recovered) return false;
        return machine_.state() != State::Refreshing && machine_.state() != State::Undoing;
    }

    template <typename Answer>
    bool awaits(const Answer& event) const {
        return model_.question && serial_of(*model_.question) == event.serial;
    }

    bool vetoes(const std::string& result, const Hook& hook) const {
        if (model_.tx.is_local() || result == "ok") return false;
        if (result == "stuck" || hook.on_failure == OnFailure::Required) return true;
        return hook.on_failure == OnFailure::Abort && !model_.tx.request.force;
    }

    void all_hooks_get_their_post() {
        for (const Hook& hook : model_.tx.hooks) model_.tx.undo.push_back(hook.name);
        model_.tx.started = model_.tx.hooks.size();
    }

    /// An event that must change nothing but be answered so.
    bool expect_only(const std::string& answer, const SuspendEvent& event) {
        const State before = machine_.state();
        const std::string transaction = machine_.record().request.transaction;
        const auto deadline = machine_.deadline();
        const std::string said = words(machine_.step(event, now_));
        trail_ += std::to_string(event.index()) + " -> (" + said + ")\n";
        EXPECT_EQ(said, answer);
        EXPECT_EQ(machine_.state(), before);
        EXPECT_EQ(machine_.deadline(), deadline);
        EXPECT_EQ(machine_.record().request.transaction, transaction);
        return false;
    }

    // Steps ---------------------------------------------------------------------------------------

    void feed(const SuspendEvent& event) {
        if (!std::visit([this](const auto& e) { return note(e); }, event)) return;
        const State before = machine_.state();
        const bool answered = is_answer(event);
        const std::vector<Effect> effects = machine_.step(event, now_);
        trail_ += std::string(name_of(before)) + " " + std::to_string(event.index()) + " -> " +
                  words(effects) + " -> " + std::string(name_of(machine_.state())) + "\n";
        if (answered) model_.question.reset();
        if (std::holds_alternative<Expired>(event)) note_expiry(before);
        if (before == State::Rehearsing) return model_.settle(machine_);
        carry_out(effects);
    }

    static bool is_answer(const SuspendEvent& event) {
        return std::visit(
            [](const auto& e) {
                return requires { e.serial; };
            },
            event);
    }

    /// What was awaited is given up, and the kernel may keep its question.
    void note_expiry(State before) {
        if (machine_.state() == before && before == State::Asleep) return;
        if (!model_.question) return;
        const Effect late = *std::exchange(model_.question, {});
        if (before == State::Preparing && vetoes("stuck", std::get<RunHook>(late).hook) &&
            !model_.tx.cancelled)
            model_.tx.vetoed = true;
        if (before == State::Asleep || before == State::Rehearsing)
            model_.unreturned = serial_of(late);
        model_.given_up.push_back(late);
    }

    /// The agent may die after any of them.
    void carry_out(const std::vector<Effect>& effects) {
        for (const Effect& effect : effects) {
            if (random_.one_in(60)) return crash();
            model_.carry_out(effect, machine_, now_);
        }
        model_.settle(machine_);
    }

    void crash() {
        trail_ += "crash\n";
        const std::optional<Marker> marker = model_.crash(machine_.state());
        machine_ = {};
        now_ += std::chrono::seconds(random_.below(3));
        if (!marker) return;
        Recovered event{*marker, !random_.one_in(3), random_.result(), ""};
        if (!event.same_boot) now_ = 0s;
        model_.recover(*marker, event.same_boot, proves_a_sleep(event.since));
        feed(event);
    }

    /// From here on nobody answers any more.
    void expect_to_end_alone() const {
        SuspendMachine machine = machine_;
        for (int i = 0; i < 32 && machine.state() != State::Idle; ++i)
            machine.step(Expired{}, std::max(now_, *machine.deadline()));
        EXPECT_EQ(machine.state(), State::Idle);
    }

    RandomAnswers random_;
    WorldModel model_;
    SuspendMachine machine_;
    BootTime now_{1s};
    std::string trail_;
};

unsigned first_seed() {
    const char* given = std::getenv("HYPNOS_TEST_SEED");
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                            : std::random_device()();
}

/// All that a thorough world has seen.
std::vector<std::string> all_there_is() {
    std::vector<std::string> names = {"crash after the report"};
    for (const char* state : {"idle", "checking", "preparing", "arming", "flushing", "asleep",
                              "refreshing", "undoing", "rehearsing"}) {
        names.push_back("crash " + std::string(state));
        names.push_back("state " + std::string(state));
    }
    for (const char* outcome :
         {"slept", "refused", "failed", "cancelled", "timed-out", "s2idle", "image-lost"})
        names.push_back("outcome " + std::string(outcome));
    for (const char* stage : {"0", "1", "2"}) {
        names.push_back("recovered from stage " + std::string(stage));
        names.push_back("recovered from stage " + std::string(stage) + " in another boot");
    }
    return names;
}

TEST(SuspendWorld, HoldsWhateverHappens) {
    const unsigned seed = first_seed();
    std::cout << "seed " << seed << " (HYPNOS_TEST_SEED=" << seed << " repeats it)\n";
    Census census;
    for (unsigned i = 0; i < 3000 && !HasFailure(); ++i) {
        SCOPED_TRACE("HYPNOS_TEST_SEED=" + std::to_string(seed + i));
        RandomWorld(seed + i, census).run(100);
    }
    if (HasFailure()) return;
    for (const std::string& name : all_there_is())
        EXPECT_GE(census[name], 20) << "the world is too rough to prove anything: " << name;
    if (std::getenv("HYPNOS_TEST_CENSUS") == nullptr) return;
    for (const auto& [name, count] : census) std::cout << name << ": " << count << "\n";
}

}  // namespace
}  // namespace hypnos::agent::test
