// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/suspender.hpp"

#include <cerrno>
#include <utility>

#include "sleep/core/kernel_log.hpp"
#include "sleep/system/power/kernel_log.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {
namespace {

BootTime now() { return std::chrono::duration_cast<BootTime>(boottime()); }

Error failure_of(const Record& record) {
    Json data = Json::object({{"outcome", name_of(record.outcome)}});
    if (record.os_error != 0) data.set("errno", record.os_error);
    return {ErrorCode::Generic, record.error, data};
}

const char* event_of(Outcome outcome) {
    if (did_sleep(outcome)) return events::kResumed;
    return outcome == Outcome::ImageLost ? events::kImageLost : events::kSuspendFailed;
}

Json accepted_json(const Record& record) {
    Json reply = Json::object({{"accepted", true}, {"transaction", record.request.transaction}});
    if (record.warnings.empty()) return reply;
    Json warnings = Json::array();
    for (const Finding& finding : record.warnings) warnings.append(to_json(finding));
    return reply.set("warnings", warnings);
}

SleepResult not_switched_on(const std::string& swap, int os_error) {
    SleepResult result;
    result.os_error = os_error == 0 ? ETIMEDOUT : os_error;
    result.not_asked = "cannot switch on the swap " + swap + ": " + g_strerror(result.os_error) +
                       (os_error == EBUSY ? ", as it is still being switched off; try again later"
                                          : "; see the kernel log");
    return result;
}

std::string why_image_was_lost(const Root& root) {
    return read_reason(KernelLog(root, KernelLog::From::Boot).read_new()).image_lost;
}

}  // namespace

Suspender::Suspender(Deps deps)
    : deps_(std::move(deps)),
      deadline_(nullptr, [this] { handle(Expired{}); }),
      store_(deps_.power.root),
      hooks_(deps_.power.root),
      alarm_(deps_.power.root),
      swap_(deps_.power.root, deps_.config.swap_off_limit),
      sleeper_(deps_.power, deps_.config.backend, deps_.logind) {}

// Requests ----------------------------------------------------------------------------------------

void Suspender::request(const SuspendRequest& request, const Caller& caller, OnAccept on_accept) {
    later([this, request, asker = Waiting{caller, on_accept}] { ask(Requested{request}, asker); });
}

void Suspender::request(const SuspendRequest& request, Ended ended) {
    Waiting asker = {{}, OnAccept::SayNothing, false, request, std::move(ended), {}};
    later([this, request, asker = std::move(asker)] { ask(Requested{request}, asker); });
}

void Suspender::rehearse(const Caller& caller) {
    later([this, asker = Waiting{caller}] { ask(RehearsalRequested{}, asker); });
}

void Suspender::ask(const SuspendEvent& event, const Waiting& asker) {
    const bool idle = machine_.state() == SuspendMachine::State::Idle;
    const std::optional<Waiting> before = std::exchange(waiting_, asker);
    step(event);
    if (!idle) waiting_ = before;  // the machine has refused the newcomer
}

Result<void> Suspender::cancel(const std::string& transaction) {
    if (const std::string reason = reason_not_to_cancel(transaction); !reason.empty())
        return fail(reason);
    handle(CancelRequested{});
    return {};
}

std::string Suspender::reason_not_to_cancel(const std::string& transaction) const {
    const SuspendMachine::State state = machine_.state();
    if (state == SuspendMachine::State::Idle)
        return "there is nothing to cancel: no suspend is under way";
    if (state == SuspendMachine::State::Rehearsing)
        return "a rehearsal is under way, which cannot be cancelled";
    const std::string& current = machine_.record().request.transaction;
    if (!transaction.empty() && transaction != current)
        return "there is no such transaction under way; it is " + current;
    if (machine_.cancellable()) return "";
    const std::string is = "transaction " + current + " is ";
    if (!works_for_host()) return is + "a sleep that was started in the guest, not by a host";
    if (state == SuspendMachine::State::Preparing) return is + "being cancelled already";
    return "it is too late to cancel: " + is + std::string(name_of(state));
}

bool Suspender::recover(const std::function<bool(const Record& record)>& reported) {
    std::optional<Marker> marker = store_.load();
    if (marker && reported(marker->record)) {
        forget(marker->record.request.transaction);
        marker.reset();
    }
    if (!marker) {
        settle();
        return false;
    }
    const Record& record = marker->record;
    const bool same_boot = marker->boot_id == deps_.boot_id;
    if (same_boot && marker->stage == Marker::Stage::Preparing) forget_unbegun(*marker);
    Recovered event{*marker, same_boot, {}, ""};
    event.since = compare(record.request.mode, marker->baseline, read_baseline(deps_.power.root));
    if (!event.same_boot) event.why_lost = why_image_was_lost(deps_.power.root);
    deps_.slept();
    handle(event);  // nobody is listened to before: a request would come first
    return true;
}

/// The marker is on disk before a hook is started: the last one may not have been.
void Suspender::forget_unbegun(Marker& marker) const {
    const std::string& transaction = marker.record.request.transaction;
    if (!marker.undo.empty() && !hooks_.was_prepared(transaction, marker.undo.back()))
        marker.undo.pop_back();
}

bool Suspender::works_for_host() const {
    return machine_.state() != SuspendMachine::State::Idle &&
           machine_.record().request.initiator != Initiator::Local;
}

// Steps -------------------------------------------------------------------------------------------

void Suspender::handle(const SuspendEvent& event) {
    later([this, event] { step(event); });
}

/// Carrying out one step may bring about the next: it waits until this one is done.
void Suspender::later(glib::Callback next) {
    steps_.push_back(std::move(next));
    if (std::exchange(stepping_, true)) return;
    for (; !steps_.empty(); steps_.pop_front()) steps_.front()();
    stepping_ = false;
    settle();
}

void Suspender::step(const SuspendEvent& event) {
    for (const Effect& effect : machine_.step(event, now())) {
        const std::string name(name_of(effect));
        g_debug("effect %s", name.c_str());
        std::visit([this](const auto& e) { apply(e); }, effect);
        g_debug("effect %s done", name.c_str());
    }
    deadline_.set(machine_.deadline());
    if (ended_unreported()) report_refusal();
}

void Suspender::settle() {
    if (machine_.state() != SuspendMachine::State::Idle) return;
    swap_.off();
    if (when_idle_) std::exchange(when_idle_, {})();
}

void Suspender::when_idle(glib::Callback done) {
    when_idle_ = std::move(done);
    if (!stepping_) settle();
}

// Effects that are answered -----------------------------------------------------------------------

void Suspender::apply(const Inspect& effect) {
    swap_.keep();  // who switches swap off cannot be frozen, and a disk sleep may need it
    inspecting_.start([power = deps_.power, config = deps_.config,
                       request = effect.request] { return inspect(power, config, request); },
                      [this, serial = effect.serial](const Inspection& found) {
                          handle(Inspected{serial, found.findings, found.hooks, found.plan});
                      });
}

void Suspender::apply(const RunHook& effect) {
    hooks_.run(effect.hook, effect.phase, effect.limit, machine_.record(),
               [this, serial = effect.serial](const HookReport& report) {
                   handle(HookFinished{serial, report});
               });
}

void Suspender::apply(const ChooseAlarm& effect) {
    const Result<std::int64_t> at = alarm_.choose(effect.delay);
    handle(AlarmChosen{effect.serial, at.value_or(0), at ? "" : at.error().message});
}

void Suspender::apply(const ArmAlarm& effect) {
    const Result<void> armed = alarm_.arm(effect.at);
    handle(AlarmArmed{effect.serial, armed ? "" : armed.error().message});
}

void Suspender::apply(const FlushOutput& effect) {
    deps_.flush([this, serial = effect.serial] { handle(OutputFlushed{serial}); });
}

void Suspender::apply(const EnterSleep& effect) {
    before_ = read_before_sleep(deps_.power.root);
    if (effect.plan.swap.empty()) return enter(effect);
    swap_.on(effect.plan.swap, [this, effect](int os_error) {
        // It may have taken longer than the machine waits.
        const bool awaited = machine_.state() == SuspendMachine::State::Asleep;
        if (os_error == 0 && awaited) return enter(effect);
        swap_.release();
        handle(SleepReturned{effect.serial, not_switched_on(effect.plan.swap, os_error)});
    });
}

void Suspender::enter(const EnterSleep& effect) {
    sleeper_.start(effect.plan, [this, serial = effect.serial](const SleepResult& result) {
        swap_.release();
        // A sleep since then is ours, unless the kernel was not asked at all.
        if (result.failed_file != kWakeupCount) deps_.slept();
        deps_.woke();
        handle(SleepReturned{serial, result});
    });
}

void Suspender::apply(const Refresh& effect) {
    refreshing_.start(
        [root = deps_.power.root, config = deps_.config, mode = effect.mode,
         before = std::exchange(before_, {})] { return refresh(root, config, mode, before); },
        [this, serial = effect.serial](const RefreshReport& report) {
            handle(Refreshed{serial, report});
        });
}

void Suspender::apply(const Rehearse& effect) {
    swap_.keep();  // it freezes too
    rehearsing_.start([root = deps_.power.root] { return agent::rehearse(root); },
                      [this, serial = effect.serial](const Rehearsal& rehearsal) {
                          rehearsed(serial, rehearsal);
                      });
}

void Suspender::rehearsed(Serial serial, const Rehearsal& rehearsal) {
    deps_.slept();
    deps_.woke();
    if (waiting_ && !waiting_->answered) answer(to_json(rehearsal));
    handle(Rehearsed{serial});
}

// Effects without an answer -----------------------------------------------------------------------

void Suspender::apply(const StopHook&) { hooks_.stop(); }

void Suspender::apply(const Persist&) {
    Marker marker = machine_.marker();
    marker.boot_id = deps_.boot_id;
    marker.baseline = read_baseline(deps_.power.root);
    store_.save(marker);
}

void Suspender::apply(const Forget&) { forget(machine_.record().request.transaction); }

void Suspender::forget(const std::string& transaction) {
    store_.forget();
    hooks_.forget(transaction);
}

void Suspender::apply(const PutBack& effect) {
    put_back_settings(deps_.power.root, effect.mem_sleep, effect.disk);
}

void Suspender::apply(const DisarmAlarm& effect) { alarm_.disarm(effect.at); }

void Suspender::apply(const Accept&) {
    const Record& record = machine_.record();
    g_message("suspending (%s), transaction %s", std::string(name_of(record.request.mode)).c_str(),
              record.request.transaction.c_str());
    if (waiting_->ended) return;
    if (waiting_->on_accept == OnAccept::SayNothing) return deps_.expect_silence(waiting_->caller);
    answer(accepted_json(record));
}

void Suspender::apply(const Refuse& effect) {
    g_message("%s", effect.error.message.c_str());
    waiting_->refusal = effect.error;
    if (!waiting_->ended) answer(fail(effect.error));
}

void Suspender::answer(const CommandResult& result) {
    waiting_->answered = true;
    deps_.reply(waiting_->caller, result);
}

/// Refused before anything was prepared, so the machine has nothing to report.
bool Suspender::ended_unreported() const {
    if (!waiting_ || !waiting_->ended || !waiting_->refusal) return false;
    return !machine_.has_transaction() ||
           machine_.record().request.transaction != waiting_->request.transaction;
}

void Suspender::report_refusal() {
    const Waiting asker = *std::exchange(waiting_, {});
    Record record;
    record.request = asker.request;
    record.outcome =
        enumerator<Outcome>(kOutcomeNames, asker.refusal->data["outcome"].string().value_or(""))
            .value_or(Outcome::Refused);
    record.error = asker.refusal->message;
    record.phases = {{"requested", now()}};
    deps_.emit(events::kSuspendFailed, ended_json(record));
    asker.ended({record.outcome, record.error,
                 asker.refusal->data["finding"]["code"].string().value_or("")});
}

void Suspender::apply(const Announce&) {
    deps_.emit(events::kSuspending, begun_json(machine_.record()));
}

void Suspender::apply(const LetLocalSleep&) {
    before_ = read_before_sleep(deps_.power.root);
    deps_.logind.release();
}

void Suspender::apply(const Report&) {
    const Record& record = machine_.record();
    const bool slept = did_sleep(record.outcome);
    before_ = {};
    g_message("suspend ended: %s%s%s", std::string(name_of(record.outcome)).c_str(),
              record.error.empty() ? "" : ": ", record.error.c_str());
    deps_.emit(event_of(record.outcome), ended_json(record));
    const std::optional<Waiting> asker = std::exchange(waiting_, {});
    if (asker && asker->ended)
        asker->ended({record.outcome, record.error, ""});
    else if (asker && !asker->answered)
        deps_.reply(asker->caller, slept ? CommandResult(std::nullopt) : fail(failure_of(record)));
    deps_.ended();
}

}  // namespace hypnos::agent
