// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/suspender.hpp"

#include <utility>

#include "agent/system/clocks.hpp"
#include "agent/system/facts.hpp"

namespace hypnos::agent {
namespace {

BootTime now() { return std::chrono::duration_cast<BootTime>(boottime()); }

std::optional<Finding> blocker_of(const SuspendRequest& request, const PowerFacts& facts) {
    const std::vector<Finding> findings = preflight(
        {.mode = request.mode, .require = request.require, .force = request.force}, facts);
    const Finding* blocker = first_blocker(findings);
    return blocker == nullptr ? std::nullopt : std::optional(*blocker);
}

std::vector<std::string> names_of(const std::vector<Hook>& hooks) {
    std::vector<std::string> names;
    names.reserve(hooks.size());
    for (const Hook& hook : hooks) names.push_back(hook.name);
    return names;
}

Error failure_of(const Record& record) {
    const Json data =
        Json::object({{"outcome", name_of(record.outcome)}, {"errno", record.os_error}});
    return {ErrorCode::Generic, record.error, data};
}

bool did_sleep(Outcome outcome) { return outcome == Outcome::Slept || outcome == Outcome::S2idle; }

}  // namespace

Suspender::Suspender(Deps deps) : deps_(std::move(deps)), alarm_(deps_.root), sleep_(deps_.power) {}

void Suspender::request(const SuspendRequest& request, const Caller& caller, OnAccept on_accept) {
    later([this, request, asker = Waiting{caller, on_accept}] { begin(request, asker); });
}

void Suspender::handle(const SuspendEvent& event) {
    later([this, event] { step(event); });
}

/// Carrying out one step may bring about the next: it waits until this one is done.
void Suspender::later(glib::Callback next) {
    steps_.push_back(std::move(next));
    if (std::exchange(stepping_, true)) return;
    for (; !steps_.empty(); steps_.pop_front()) steps_.front()();
    stepping_ = false;
}

void Suspender::begin(const SuspendRequest& request, const Waiting& asker) {
    const bool idle = machine_.state() == SuspendMachine::State::Idle;
    const Waiting before = std::exchange(waiting_, asker);
    if (idle) hooks_ = find_hooks(deps_.root);
    step(Requested{request, blocker_of(request, read_power_facts(deps_.power, request.mode)),
                   names_of(hooks_)});
    if (!idle) waiting_ = before;  // the machine has refused the newcomer
}

void Suspender::step(const SuspendEvent& event) {
    for (const Effect& effect : machine_.step(event, now()))
        std::visit([this](const auto& e) { apply(e); }, effect);
}

void Suspender::when_idle(glib::Callback done) {
    when_idle_ = std::move(done);
    if (machine_.state() == SuspendMachine::State::Idle) when_idle_();
}

void Suspender::apply(const RunHook& effect) {
    hook_runner_.run(hooks_[effect.index], effect.phase, effect.limit, machine_.record(),
                     [this](const HookReport& report) { handle(HookFinished{report}); });
}

void Suspender::apply(const ArmAlarm& effect) {
    const Result<void> armed = alarm_.arm(effect.delay);
    handle(AlarmArmed{armed ? "" : armed.error().message});
}

void Suspender::apply(const DisarmAlarm&) { alarm_.disarm(); }

void Suspender::apply(const Accept&) {
    const SuspendRequest& request = machine_.record().request;
    g_message("suspending (%s), transaction %s", std::string(name_of(request.mode)).c_str(),
              request.transaction.c_str());
    if (waiting_.on_accept == OnAccept::SayNothing) return deps_.expect_silence(waiting_.caller);
    answer(Json::object({{"accepted", true}, {"transaction", request.transaction}}));
}

void Suspender::apply(const Refuse& effect) {
    g_message("%s", effect.error.message.c_str());
    answer(fail(effect.error));
}

void Suspender::answer(const CommandResult& result) {
    waiting_.answered = true;
    deps_.reply(waiting_.caller, result);
}

void Suspender::apply(const Announce&) {
    deps_.emit(events::kSuspending, begun_json(machine_.record()));
}

void Suspender::apply(const FlushOutput&) {
    deps_.flush([this] { handle(OutputFlushed{}); });
}

void Suspender::apply(const EnterSleep& effect) {
    const SleepPlan plan =
        plan_sleep(effect.request.mode, effect.request.require, read_quick_facts(deps_.power));
    sleep_.start(plan, [this](const SleepResult& result) {
        deps_.woke();
        handle(SleepReturned{result});
    });
}

void Suspender::apply(const Report&) {
    const Record& record = machine_.record();
    const bool slept = did_sleep(record.outcome);
    g_message("suspend ended: %s%s%s", std::string(name_of(record.outcome)).c_str(),
              record.error.empty() ? "" : ": ", record.error.c_str());
    deps_.emit(slept ? events::kResumed : events::kSuspendFailed, ended_json(record));
    if (!waiting_.answered) answer(slept ? CommandResult(std::nullopt) : fail(failure_of(record)));
    if (when_idle_) when_idle_();
}

}  // namespace hypnos::agent
