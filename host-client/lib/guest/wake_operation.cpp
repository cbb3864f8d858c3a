// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/wake_operation.hpp"

#include <algorithm>
#include <utility>

#include "guest/record.hpp"
#include "text.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

// Until the agent has run its post hooks and closed its record.
constexpr milliseconds kPoll{50};

// Between the wake and the record, by two clocks.
constexpr milliseconds kSlack{1000};

}  // namespace

WakeOperation::WakeOperation(Ports& ports, milliseconds limit, Done done)
    : Operation(ports, limit, std::move(done)), limit_(in_words(limit)) {
    limit_timer_ = glib::after(ports.context, limit, [this] { deadline_passed(); });
    open_qemu();
}

void WakeOperation::open_qemu() {
    if (!ports().qmp)
        return give_up({ErrorCode::Usage, "to wake a guest, qmp= is needed: only QEMU can"});
    ports().qmp->open(std::min(kConnectLimit, remaining()), [this](const Result<void>& opened) {
        if (opened) return ask_run_state();
        give_up({opened.error().code, opened.error().message +
                                          " (a guest that sleeps on disk wakes by being started "
                                          "again)"});
    });
}

void WakeOperation::ask_run_state() {
    ports().qmp->call("query-status", {}, remaining(), [this](const Result<Json>& reply) {
        if (!reply) return give_up(reply.error());
        run_state_came((*reply)["status"].string().value_or("?"));
    });
}

void WakeOperation::run_state_came(const std::string& state) {
    requested_at_ = host_now();
    mark("requested", requested_at_);
    if (state == "suspended") return wake_up();
    if (state == "running") return runs_already();
    give_up({ErrorCode::Generic, "QEMU says that the guest is " + state +
                                     ": only a guest that sleeps in RAM can be woken"});
}

void WakeOperation::runs_already() {
    report_.was_asleep = false;
    if (ports().listener() == nullptr) return done("no agent was asked");
    open_agent();
}

void WakeOperation::wake_up() {
    report_.was_asleep = true;
    ports().qmp->on_event([this](const Event& event) { qemu_event(event); });
    ports().qmp->on_closed([this](const Error& error) { give_up(error); });
    ports().qmp->call("system_wakeup", {}, remaining(), [this](const Result<Json>& reply) {
        if (!reply) return could_not_wake(reply.error());
        open_agent();
    });
}

// It may have woken by itself since it was asked.
void WakeOperation::could_not_wake(const Error& error) {
    ports().qmp->call("query-status", {}, remaining(), [this, error](const Result<Json>& reply) {
        const bool running = reply && (*reply)["status"] == Json("running");
        return running ? runs_already() : give_up(error);
    });
}

void WakeOperation::qemu_event(const Event& event) {
    if (event.name != "WAKEUP") return;
    const HostTime at = host_time_of(event.realtime_us, requested_at_);
    mark(event.name, at);
    woke_at_ = at;
    if (ports().listener() == nullptr) done("no agent was asked");
}

void WakeOperation::open_agent() {
    AgentSession* agent = ports().listener();
    if (agent == nullptr) return;
    agent->on_event([this](const Event& event) { agent_event(event); });
    agent->on_closed([this](const Error&) { open_agent(); });
    agent->open(remaining(), [this](const Result<void>& opened) {
        if (!opened) {
            retry_ = glib::after(ports().context, kPoll, [this] { open_agent(); });
            return;
        }
        answered();
        ask_status();
    });
}

void WakeOperation::answered() {
    if (answered_at_) return;
    answered_at_ = host_now();
    mark("agent-answered", *answered_at_);
}

void WakeOperation::agent_event(const Event& event) {
    if (!is_final(event)) return;
    answered();  // what it says may be of an earlier sleep: the status decides
    mark(event.name, host_now());
}

void WakeOperation::ask_status() {
    ports().listener()->call("hypnos-status", {}, remaining(),
                             [this](const Result<Json>& status) { status_came(status); });
}

void WakeOperation::status_came(const Result<Json>& status) {
    if (!status && status.error().code == ErrorCode::CommandNotFound)
        return done("; it is not hypnos-agent and keeps no record");
    const bool settled = status && (*status)["state"] == Json("idle");
    if (!settled) {
        retry_ = glib::after(ports().context, kPoll, [this] { ask_status(); });
        return;
    }
    report_.boot_id = (*status)["boot-id"].string().value_or("");
    const std::optional<milliseconds> age = age_of_last(*status);
    const bool of_this_sleep = age && *age <= host_now() - requested_at_ + kSlack;
    if (report_.was_asleep && !of_this_sleep)
        return done("; it has no record of this sleep, which something else must have begun");
    record_came((*status)["last"]);
}

void WakeOperation::record_came(const Json& record) {
    report_.record = record;
    const std::string outcome = record["outcome"].string().value_or("");
    const std::optional<milliseconds> slept = slept_of(record);
    const bool did_sleep = slept && (outcome == "slept" || outcome == "s2idle");
    if (record.is_null()) return done("; it has no record of a sleep");
    if (is_lost(record))
        return done("; its image was lost: " +
                    record["error"].string().value_or("no reason given"));
    done(did_sleep ? "; it slept " + slept_words(*slept)
                   : "; its last request to sleep was " + outcome);
}

// May be called again, with what is known by then, until the report has left.
void WakeOperation::done(const std::string& text) {
    const auto after_request = [this](HostTime at) {
        return in_words(at - requested_at_) + " after the request";
    };
    report_.text = report_.was_asleep ? "" : "the guest runs already, ";
    if (woke_at_) report_.text += "QEMU reported WAKEUP " + after_request(*woke_at_) + ", ";
    if (answered_at_) report_.text += "the agent answered " + after_request(*answered_at_);
    report_.text += text;
    finish(report_);
}

void WakeOperation::deadline_passed() {
    if (answered_at_) return done("; its record of the sleep did not come within " + limit_);
    const char* what = !report_.was_asleep ? "the guest runs, but its agent did not answer"
                       : woke_at_          ? "QEMU reported WAKEUP, but the agent did not answer"
                                  : "QEMU did not report WAKEUP, nor did the agent answer,";
    give_up({ErrorCode::TimedOut,
             std::string(what) + " within " + limit_ + ": look at the guest's console"});
}

}  // namespace hypnos
