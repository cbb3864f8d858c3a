// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/suspend_operation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "glib/hub.hpp"
#include "guest/anchor.hpp"
#include "guest/record.hpp"
#include "text.hpp"
#include "wire/session_core.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLastQuestion{1000};
constexpr milliseconds kRecovery{250};
constexpr int kQmpEndsMost = 4;
constexpr milliseconds kDeadlineMost = std::chrono::minutes(20);  // the agent takes no longer one

std::optional<PowerEvent> power_event(const std::string& name) {
    static constexpr std::array<std::pair<const char*, PowerEvent>, 4> kEvents{
        {{"SUSPEND", PowerEvent::Suspend},
         {"WAKEUP", PowerEvent::Wakeup},
         {"SUSPEND_DISK", PowerEvent::SuspendDisk},
         {"SHUTDOWN", PowerEvent::Shutdown}}};
    for (const auto& [event, value] : kEvents) {
        if (name == event) return value;
    }
    return std::nullopt;
}

std::string new_uuid() {
    char* text = g_uuid_string_random();
    std::string result(text);
    g_free(text);
    return result;
}

}  // namespace

SuspendOperation::SuspendOperation(Ports& ports, const SuspendOptions& options, Done done)
    : Operation(ports, options.limit, std::move(done)), options_(options) {
    report_.transaction = new_uuid();
    limit_timer_ = glib::hub::after(ports.context, options.limit, [this] { deadline_passed(); });
    open_qemu();
}

void SuspendOperation::open_qemu() {
    if (ports().control() == nullptr)
        return give_up({ErrorCode::Usage, "to suspend a guest, agent= or power= is needed"});
    if (!ports().machine) return open_agent();
    ports().machine->open(std::min(kConnectLimit, remaining()), [this](const Result<void>& opened) {
        if (!opened) return give_up(opened.error());
        ask_run_state();
    });
}

void SuspendOperation::ask_run_state() {
    ports().machine->run_state(kConnectLimit, [this](const Result<std::string>& state) {
        if (!state) return give_up(state.error());
        if (*state == "running") return ask_balloon();
        const char* advice = *state == "suspended" ? ": it sleeps already; wake it first"
                                                   : ": only a running guest can go to sleep";
        give_up(refusal("QEMU says that the guest is " + *state + advice));
    });
}

// A sleep in RAM keeps it.
void SuspendOperation::ask_balloon() {
    if (options_.mode == SleepMode::Ram) return open_agent();
    ports().machine->balloon(kConnectLimit, [this](const Result<Balloon>& balloon) {
        if (balloon) report_.balloon = balloon->now;
        open_agent();
    });
}

void SuspendOperation::open_agent() {
    const milliseconds limit = std::min(kConnectLimit, remaining());
    ports().control()->open(limit, [this](const Result<void>& opened) {
        if (!opened) return give_up(opened.error());
        mark("connected");
        ask_status();
    });
}

void SuspendOperation::ask_status() {
    const HostTime asked = host_now();
    ports().control()->call("hypnos-status", {}, kConnectLimit,
                            [this, asked](const Result<Json>& status) {
                                if (status) add_anchor(report_.anchors, *status, asked);
                                status_came(status);
                            });
}

void SuspendOperation::status_came(const Result<Json>& status) {
    foreign_ = !status && status.error().code == ErrorCode::CommandNotFound;
    if (foreign_ && options_.wake_after && !options_.wake_after_optional)
        return give_up(refusal("the agent is not hypnos-agent and cannot set a wake alarm"));
    if (foreign_) return request();
    if (!status) return give_up(status.error());
    report_.boot_id = (*status)["boot-id"].string().value_or("");
    listen();
}

void SuspendOperation::listen() {
    if (!ports().power) return subscribe();
    if (ports().listener() == ports().control()) return request();
    ports().power->open(std::min(kConnectLimit, remaining()), [this](const Result<void>& opened) {
        if (!opened) return give_up(opened.error());
        request();
    });
}

void SuspendOperation::subscribe() {
    ports().agent->call("hypnos-subscribe", {}, kConnectLimit, [this](const Result<Json>& reply) {
        if (!reply) return give_up(reply.error());
        request();
    });
}

void SuspendOperation::request() {
    if (given_up_) return;
    requested_at_ = host_now();
    judge_.emplace(SleepQuestion{.mode = options_.mode,
                                 .transaction = report_.transaction,
                                 .boot_id = report_.boot_id,
                                 .wake_after = options_.wake_after,
                                 .agent_accepts = !foreign_,
                                 .qemu_watched = ports().machine != nullptr,
                                 .requested_at = requested_at_});
    mark("requested", requested_at_);
    if (ports().machine) watch_qemu();
    watch_agent(*ports().control());
    if (ports().listener() != ports().control()) watch_agent(*ports().listener());
    foreign_ ? request_foreign() : request_hypnos();
}

void SuspendOperation::request_hypnos() {
    Json arguments = Json::object({{"mode", name_of(options_.mode)},
                                   {"transaction", report_.transaction},
                                   {"require", name_of(options_.require)}});
    // The agent's hooks get most of the time, not all: a veto at the last moment is to be heard.
    arguments.set("deadline-ms", std::min(remaining() * 3 / 4, kDeadlineMost).count());
    if (options_.force) arguments.set("force", true);
    if (options_.wake_after) arguments.set("wake-after-ms", options_.wake_after->count());
    ports().control()->call("hypnos-suspend", arguments, remaining(),
                            [this](const Result<Json>& reply) {
                                if (!reply) return said_no(reply.error());
                                mark("accepted");
                                add(AgentAccepted{});
                            });
}

// qemu-ga says nothing on success.
void SuspendOperation::request_foreign() {
    const std::string command = "guest-suspend-" + std::string(name_of(options_.mode));
    ports().control()->call(command, {}, remaining(), [this](const Result<Json>& reply) {
        if (!reply) said_no(reply.error());
    });
}

void SuspendOperation::said_no(const Error& error) {
    const bool no_reply = error.code == ErrorCode::TimedOut || error.code == ErrorCode::Unreachable;
    if (!no_reply) add(AgentSaidNo{error});
}

void SuspendOperation::watch_qemu() {
    ports().machine->on_event([this](const Event& event) { qemu_event(event); });
    ports().machine->on_closed([this](const Error& error) { qemu_closed(error); });
}

// The end of a connection need not be that of the machine: one that lives takes another.
void SuspendOperation::qemu_closed(const Error& error) {
    const HostTime at = host_now();
    if (error.code != ErrorCode::Unreachable || ++qmp_ends_ > kQmpEndsMost)
        return qemu_lost(error.message, at);
    ports().machine->open(kLastQuestion, [this, at](const Result<void>& opened) {
        if (!opened && is_silence(opened.error())) return qemu_lost(opened.error().message, at);
        if (!opened) return qemu_ended(at);
        ports().machine->run_state(kLastQuestion, [this, at](const Result<std::string>& state) {
            const bool ended_again = !state && state.error().code == ErrorCode::Unreachable;
            if (ended_again) return;  // and so this begins anew
            if (state && (*state == "shutdown" || *state == "off")) return qemu_ended(at);
            qemu_lost("its connection ended, and it runs on", at);
            if (state) add(QemuState{*state});
        });
    });
}

void SuspendOperation::qemu_ended(HostTime at) {
    mark("qmp-closed", at);
    add(QemuClosed{}, at);
}

void SuspendOperation::qemu_lost(const std::string& why, HostTime at) {
    mark("qmp-lost", at);
    add(QemuLost{why}, at);
}

void SuspendOperation::watch_agent(Session& session) {
    session.on_event([this](const Event& event) { agent_event(event); });
    session.on_closed([this](const Error&) { agent_closed(); });
}

void SuspendOperation::qemu_event(const Event& event) {
    const std::optional<PowerEvent> power = power_event(event.name);
    if (!power || stamped_before(event.realtime_us, requested_at_)) return;
    const HostTime at = host_time_of(event.realtime_us, requested_at_);
    mark(event.name, at);
    add(QemuReported{*power}, at);
}

void SuspendOperation::agent_event(const Event& event) {
    if (!judge_->concerns(event.data)) return;
    if (event.name == events::kSuspending || is_final(event)) mark(event.name);
    if (is_final(event)) record_came(event.data);
}

// QEMU answers in order, so its answer follows every event that came before: what it reported is
// known before the agent is believed.
void SuspendOperation::record_came(const Json& data) {
    if (!judge_->concerns(data) || std::exchange(record_asked_, true)) return;
    report_.record = data;
    if (!ports().machine || !ports().machine->is_open()) return add(AgentRecord{data});
    ports().machine->run_state(kLastQuestion, [this, data](const Result<std::string>& state) {
        if (state) add(QemuState{*state});
        add(AgentRecord{data});
    });
}

void SuspendOperation::agent_closed() {
    mark("agent-closed");
    add(AgentClosed{});
    recovery_ = glib::hub::after(ports().context, kRecovery, [this] { recover(); });
}

// The agent or QEMU was started anew: its record may tell how it ended.
void SuspendOperation::recover() {
    ports().control()->open(kLastQuestion, [this](const Result<void>& opened) {
        if (opened) return ask_record([this](const Json& record) { record_came(record); });
        recovery_ = glib::hub::after(ports().context, kRecovery, [this] { recover(); });
    });
}

void SuspendOperation::ask_record(const std::function<void(const Json&)>& then) {
    ports().control()->call("hypnos-status", {}, kLastQuestion, [then](const Result<Json>& status) {
        then(status ? (*status)["last"] : Json());
    });
}

void SuspendOperation::add(const Evidence& evidence, HostTime at) {
    judge_->add(evidence, at);
    if (judge_->verdict()) return conclude();
    if (judge_->asleep() && !std::exchange(soon_over_, true))
        limit_timer_ =
            glib::hub::after(ports().context, kLastQuestion, [this] { deadline_passed(); });
}

// Also called for what is seen between the verdict and its report.
void SuspendOperation::conclude() {
    report_.verdict = *judge_->verdict();
    if (foreign_)
        report_.verdict.text += " (the agent is not hypnos-agent: guest-suspend-" +
                                std::string(name_of(options_.mode)) + " was used)";
    std::stable_sort(report_.timeline.begin(), report_.timeline.end(),
                     [](const Step& a, const Step& b) { return a.at < b.at; });
    finish(report_);
}

void SuspendOperation::cancel() {
    if (!judge_) return give_up(refusal("called off before the guest was asked"));
    const Json arguments = Json::object({{"transaction", report_.transaction}});
    mark("cancel");
    ports().control()->call("hypnos-cancel", arguments, kConnectLimit, [](const Result<Json>&) {});
}

void SuspendOperation::deadline_passed() {
    if (judge_) return last_questions();
    give_up({ErrorCode::Unreachable,
             "the guest could not be asked within " + in_words(options_.limit)});
}

void SuspendOperation::last_questions() {
    if (!ports().machine) return last_question();
    ports().machine->run_state(kLastQuestion, [this](const Result<std::string>& state) {
        if (state) add(QemuState{*state});
        last_question();
    });
}

void SuspendOperation::last_question() {
    ask_record([this](const Json& record) {
        if (judge_->concerns(record)) add(AgentRecord{report_.record = record});
        add(DeadlinePassed{});
    });
}

}  // namespace hypnos
