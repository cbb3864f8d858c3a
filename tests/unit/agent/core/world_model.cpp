// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "tests/unit/agent/core/world_model.hpp"

namespace hypnos::agent::test {
namespace {

bool slept(Outcome outcome) { return outcome == Outcome::Slept || outcome == Outcome::S2idle; }

std::vector<std::string> names_of(const std::vector<Hook>& hooks) {
    std::vector<std::string> names;
    for (const Hook& hook : hooks) names.push_back(hook.name);
    return names;
}

std::vector<std::string> plus(std::vector<std::string> names, const std::string& name) {
    names.push_back(name);
    return names;
}

}  // namespace

void WorldModel::begin(const SuspendRequest& request, BootTime now) {
    EXPECT_FALSE(under_way) << "two transactions at once";
    tx = {};
    tx.id = request.transaction;
    tx.request = request;
    tx.began = now;
    under_way = true;
}

void WorldModel::ask(const Effect& effect) {
    if (serial_of(effect) == 0) return;
    if (question) given_up.push_back(*question);
    question = effect;
}

void WorldModel::carry_out(const Effect& effect, const SuspendMachine& machine, BootTime now) {
    machine_ = &machine;
    now_ = now;
    const bool reported = std::exchange(just_reported_, false);
    EXPECT_EQ(reported, std::holds_alternative<Forget>(effect)) << "forget follows a report";
    std::visit([this](const auto& e) { check(e); }, effect);
    ask(effect);
}

void WorldModel::settle(const SuspendMachine& machine) {
    EXPECT_FALSE(just_reported_) << "a report without forgetting";
    const bool idle = machine.state() == State::Idle;
    EXPECT_EQ(machine.deadline().has_value(), !idle);
    ++census_["state " + std::string(name_of(machine.state()))];
    if (!idle) return;
    if (question) given_up.push_back(*question);
    question.reset();
    EXPECT_FALSE(disk) << "a marker in idle";
    if (std::exchange(under_way, false)) check_ended();
}

void WorldModel::check_ended() {
    EXPECT_EQ(tx.reports, tx.prepared ? 1 : 0) << tx.id;
    if (tx.recovered) return;
    EXPECT_EQ(tx.told, tx.is_local() ? 0 : 1) << tx.id;
    EXPECT_LE(tx.let, 1);
    EXPECT_TRUE(!tx.is_local() || tx.over || tx.let == 1) << "a sleep is held up for ever";
}

// Crashes -----------------------------------------------------------------------------------------

std::optional<Marker> WorldModel::crash(State state) {
    ++census_["crash " + std::string(name_of(state))];
    const bool to_finish = under_way && tx.prepared && tx.reports == 0;
    EXPECT_TRUE(!to_finish || on_disk()) << "nothing on disk of what must be finished";
    question.reset();
    given_up.clear();
    unreturned.reset();
    under_way = just_reported_ = false;
    if (disk && reported_.count(disk->record.request.transaction) != 0) {
        ++census_["crash after the report"];
        disk.reset();
    }
    return disk ? marker_from_json(to_json(*disk)) : std::nullopt;
}

void WorldModel::recover(const Marker& marker, bool same_boot, bool slept_since) {
    EXPECT_EQ(marker.record.request.transaction, tx.id);
    const std::vector<std::string> undo = names_of(marker.undo);
    const bool next_pre =
        tx.started < tx.hooks.size() && undo == plus(tx.undo, tx.hooks[tx.started].name);
    EXPECT_TRUE(undo == tx.undo || undo == plus(tx.undo, tx.last_post) || next_pre);
    tx.undo = undo;
    EXPECT_TRUE(!tx.armed || marker.alarm == tx.armed) << "an alarm that nobody knows of";
    tx.armed = marker.alarm;
    const bool returned = marker.stage == Marker::Stage::Returned;
    const bool asked = marker.stage == Marker::Stage::Entering || tx.is_local();
    EXPECT_TRUE(!returned || slept(marker.record.outcome) == tx.proven);
    if (!returned) tx.proven = same_boot && asked && slept_since;
    tx.recovered = tx.prepared = under_way = true;
    tx.other_boot = tx.other_boot || !same_boot;
    ++census_["recovered from stage " + std::to_string(static_cast<int>(marker.stage)) +
              (same_boot ? "" : " in another boot")];
}

// Effects -----------------------------------------------------------------------------------------

void WorldModel::check(const Inspect&) { EXPECT_TRUE(under_way); }

void WorldModel::check(const RunHook& effect) {
    EXPECT_GT(effect.limit, std::chrono::milliseconds(0));
    EXPECT_LE(effect.limit, effect.hook.limit);
    EXPECT_TRUE(on_disk());
    effect.phase == HookPhase::Pre ? pre(effect) : post(effect);
}

void WorldModel::pre(const RunHook& effect) {
    EXPECT_FALSE(tx.vetoed || tx.cancelled || tx.over || tx.accepted || tx.recovered);
    ASSERT_LT(tx.started, tx.hooks.size());
    EXPECT_EQ(effect.hook.name, tx.hooks[tx.started++].name) << "out of order";
    EXPECT_LE(now_ + effect.limit, tx.began + tx.request.hooks_budget);
    tx.undo.push_back(effect.hook.name);
    tx.prepared = true;
    ASSERT_TRUE(on_disk());
    EXPECT_EQ(names_of(disk->undo), tx.undo);
}

void WorldModel::post(const RunHook& effect) {
    ASSERT_FALSE(tx.undo.empty()) << "a post hook without its pre, or twice: " << effect.hook.name;
    EXPECT_EQ(effect.hook.name, tx.undo.back()) << "not in reverse";
    EXPECT_FALSE(tx.armed) << "undone before the alarm";
    tx.undo.pop_back();
    tx.last_post = effect.hook.name;
}

void WorldModel::check(const ChooseAlarm&) {
    EXPECT_TRUE(tx.request.wake_after);
    EXPECT_EQ(tx.started, tx.hooks.size());
    EXPECT_FALSE(tx.is_local());
}

void WorldModel::check(const ArmAlarm& effect) {
    ASSERT_TRUE(on_disk());
    EXPECT_EQ(disk->alarm, effect.at);
    tx.armed = effect.at;
    tx.prepared = true;
}

void WorldModel::check(const FlushOutput&) { EXPECT_FALSE(hook_runs() && tx.vetoed); }

void WorldModel::check(const EnterSleep&) {
    EXPECT_FALSE(tx.is_local() || tx.vetoed || tx.cancelled || tx.recovered);
    EXPECT_TRUE(tx.accepted && tx.announced == 1);
    EXPECT_EQ(tx.started, tx.hooks.size()) << "sleep with hooks still to run";
    EXPECT_FALSE(hook_runs()) << "sleep while a hook runs";
    EXPECT_EQ(tx.armed.has_value(), tx.request.wake_after.has_value());
    EXPECT_FALSE(unreturned) << "two writes in the kernel";
    ASSERT_TRUE(on_disk());
    EXPECT_EQ(disk->stage, Marker::Stage::Entering);
}

void WorldModel::check(const LetLocalSleep&) {
    ++tx.let;
    EXPECT_TRUE(tx.is_local() && !tx.over && !tx.recovered);
    EXPECT_FALSE(hook_runs()) << "sleep while a hook runs";
    if (machine_->state() == State::Idle) return;  // nothing was prepared
    ASSERT_TRUE(on_disk());
    EXPECT_EQ(disk->stage, Marker::Stage::Entering);
}

void WorldModel::check(const Refresh&) {
    EXPECT_TRUE(tx.proven) << "refreshed after no sleep";
    ASSERT_TRUE(on_disk());
    EXPECT_EQ(disk->stage, Marker::Stage::Returned);
    tx.refresh_asked = tx.prepared = true;
}

void WorldModel::check(const Rehearse&) { EXPECT_FALSE(under_way || disk || unreturned); }

void WorldModel::check(const StopHook&) { EXPECT_TRUE(hook_runs()); }

void WorldModel::check(const Persist&) {
    EXPECT_TRUE(under_way);
    disk = machine_->marker();
    EXPECT_EQ(disk->record.request.transaction, tx.id);
    EXPECT_EQ(disk->stage == Marker::Stage::Returned, machine_->state() == State::Refreshing ||
                                                          machine_->state() == State::Undoing ||
                                                          machine_->state() == State::Idle);
}

void WorldModel::check(const Forget&) {
    EXPECT_TRUE(on_disk());
    disk.reset();
}

void WorldModel::check(const PutBack& effect) {
    EXPECT_TRUE(tx.recovered && disk);
    EXPECT_EQ(effect.mem_sleep, disk->restore_mem_sleep);
    EXPECT_EQ(effect.disk, disk->restore_disk);
}

void WorldModel::check(const DisarmAlarm& effect) {
    EXPECT_EQ(tx.armed, effect.at) << "an alarm is taken away that is not ours";
    tx.armed.reset();
}

void WorldModel::check(const Accept&) {
    ++tx.told;
    tx.accepted = tx.prepared = true;
    EXPECT_TRUE(on_disk()) << "promised before it is on disk";
    EXPECT_FALSE(tx.is_local() || tx.vetoed || tx.cancelled || tx.recovered);
}

void WorldModel::check(const Refuse& effect) {
    ++tx.told;
    EXPECT_FALSE(tx.is_local() || tx.recovered);
    EXPECT_NE(effect.error.message, "");
    EXPECT_FALSE(machine_->record().error.empty());
}

void WorldModel::check(const Announce&) {
    tx.prepared = true;
    ++tx.announced;
    EXPECT_EQ(tx.announced, 1);
    EXPECT_TRUE(tx.accepted || tx.is_local());
}

void WorldModel::check(const Report&) {
    just_reported_ = true;
    ++tx.reports;
    EXPECT_TRUE(reported_.insert(tx.id).second) << "reported twice: " << tx.id;
    EXPECT_TRUE(tx.prepared || tx.told > 0);
    tx.prepared = true;
    EXPECT_TRUE(on_disk());
    EXPECT_TRUE(tx.undo.empty()) << "a hook is not undone: " << tx.undo.back();
    EXPECT_FALSE(tx.armed) << "an alarm is left behind";
    check_outcome(machine_->record());
}

void WorldModel::check_outcome(const Record& record) {
    ++census_["outcome " + std::string(name_of(record.outcome))];
    EXPECT_EQ(record.request.transaction, tx.id);
    EXPECT_EQ(slept(record.outcome), record.error.empty()) << record.error;
    EXPECT_EQ(slept(record.outcome), tx.proven) << name_of(record.outcome);
    EXPECT_TRUE(!tx.proven || tx.refresh_asked || tx.other_boot);
    EXPECT_TRUE(!tx.cancelled || tx.recovered || record.outcome == Outcome::Cancelled);
}

}  // namespace hypnos::agent::test
