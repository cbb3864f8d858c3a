// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a world knows of the transactions of a suspend machine, and what must hold at each effect:
// the invariants of docs/suspend.md. It outlives the machine, as a disk and a host do.

#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/agent/core/effect_words.hpp"

namespace hypnos::agent::test {

using State = SuspendMachine::State;

/// How often each thing was met: a world in which it never happens proves nothing.
using Census = std::map<std::string, int>;

struct Transaction {
    std::string id;
    SuspendRequest request;
    BootTime began{};
    std::vector<Hook> hooks;        ///< that the check found
    std::size_t started = 0;        ///< started
    std::vector<std::string> undo;  ///< hooks started, or about to be, whose post was not asked for
    std::string last_post;          ///< asked for last
    std::optional<std::int64_t> armed;
    int told = 0;       ///< Accept, Refuse
    int announced = 0;  ///< Announce
    int let = 0;        ///< LetLocalSleep
    int reports = 0;
    bool accepted = false;
    bool prepared = false;  ///< something was done that must be undone, or promised
    bool vetoed = false;
    bool cancelled = false;
    bool over = false;    ///< the sleep of somebody else has ended
    bool proven = false;  ///< the guest slept
    bool refresh_asked = false;
    bool recovered = false;
    bool other_boot = false;

    [[nodiscard]] bool is_local() const { return request.initiator == Initiator::Local; }
};

class WorldModel {
  public:
    explicit WorldModel(Census& census) : census_(census) {}

    void begin(const SuspendRequest& request, BootTime now);
    /// One effect is carried out; the machine is what it is after the step.
    void carry_out(const Effect& effect, const SuspendMachine& machine, BootTime now);
    /// All effects of a step have been carried out.
    void settle(const SuspendMachine& machine);
    /// The agent dies; what the next one finds, unless its event has gone out already.
    std::optional<Marker> crash(State state);
    void recover(const Marker& marker, bool same_boot, bool slept);

    Transaction tx;
    bool under_way = false;
    std::optional<Marker> disk;
    std::optional<Effect> question;    ///< unanswered, and not given up
    std::vector<Effect> given_up;      ///< questions
    std::optional<Serial> unreturned;  ///< of the kernel, given up

  private:
    void check(const Inspect&);
    void check(const RunHook& effect);
    void check(const ChooseAlarm&);
    void check(const ArmAlarm& effect);
    void check(const FlushOutput&);
    void check(const EnterSleep&);
    void check(const Refresh&);
    void check(const Rehearse&);
    void check(const StopHook&);
    void check(const Persist&);
    void check(const Forget&);
    void check(const PutBack&);
    void check(const DisarmAlarm& effect);
    void check(const Accept&);
    void check(const Refuse&);
    void check(const Announce&);
    void check(const LetLocalSleep&);
    void check(const Report&);

    void pre(const RunHook& effect);
    void post(const RunHook& effect);
    void check_outcome(const Record& record);
    void check_ended();
    void ask(const Effect& effect);
    [[nodiscard]] bool on_disk() const { return disk && disk->record.request.transaction == tx.id; }
    [[nodiscard]] bool hook_runs() const {
        return question && std::holds_alternative<RunHook>(*question);
    }

    Census& census_;
    std::set<std::string> reported_;
    bool just_reported_ = false;
    const SuspendMachine* machine_ = nullptr;
    BootTime now_{};
};

}  // namespace hypnos::agent::test
