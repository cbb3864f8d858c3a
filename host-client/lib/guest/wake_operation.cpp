// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/wake_operation.hpp"

#include <algorithm>
#include <utility>

#include "glib/hub.hpp"
#include "guest/anchor.hpp"
#include "guest/record.hpp"
#include "text.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

// Until the agent has run its post hooks and closed its record; until a machine is started.
constexpr milliseconds kPoll{50};
constexpr milliseconds kLookAgain{250};

// Between the wake and the record, by two clocks.
constexpr milliseconds kSlack{1000};

}  // namespace

WakeOperation::WakeOperation(Ports& ports, const WakeOptions& options, Waker waker, Done done)
    : Operation(ports, options.limit, std::move(done)), options_(options), waker_(waker) {
    requested_at_ = host_now();
    limit_timer_ = glib::hub::after(ports.context, options.limit, [this] { deadline_passed(); });
    !ports.machine&& waker == Waker::Others ? open_agent() : open_machine();
}

void WakeOperation::open_machine() {
    if (!ports().machine)
        return give_up({ErrorCode::Usage, "to wake a guest, qmp= is needed: only QEMU can"});
    ports().machine->on_event([this](const Event& event) { machine_event(event); });
    ports().machine->on_closed([this](const Error&) { open_machine_later(); });
    ports().machine->open(std::min(kConnectLimit, remaining()), [this](const Result<void>& opened) {
        opened ? ask_run_state() : machine_unreachable(opened.error());
    });
}

// It may have been about to end after its image was written, or live on.
void WakeOperation::open_machine_later() {
    machine_retry_ = glib::hub::after(ports().context, kLookAgain, [this] { open_machine(); });
}

void WakeOperation::machine_unreachable(const Error& error) {
    if (waker_ == Waker::Others) return look_again();
    give_up({error.code,
             error.message + " (a guest that sleeps on disk wakes by being started again)"});
}

void WakeOperation::ask_run_state() {
    ports().machine->run_state(remaining(), [this](const Result<std::string>& state) {
        state ? run_state_came(*state) : give_up(state.error());
    });
}

void WakeOperation::run_state_came(const std::string& state) {
    if (report_.timeline.empty())
        mark(waker_ == Waker::Us ? "requested" : "waiting", requested_at_ = host_now());
    if (state == "running") return open_agent();
    slept_ = true;
    report_.was_asleep = report_.was_asleep || state == "suspended";
    if (waker_ == Waker::Others) return look_again();
    if (state == "suspended") return wake_up();
    if (state == "off") return start();
    if (state == "shutdown" || state == "prelaunch") return look_again();  // not for long
    give_up({ErrorCode::Generic, "QEMU says that the guest is " + state +
                                     ": only a guest that sleeps in RAM can be woken"});
}

// WAKEUP comes as an event; that a machine was started has to be looked at.
void WakeOperation::look_again() {
    slept_ = true;
    open_machine_later();
}

void WakeOperation::wake_up() {
    ports().machine->wake(remaining(), [this](const Result<void>& woken) {
        woken ? open_agent() : could_not_wake(woken.error());
    });
}

// It may have woken by itself since it was asked.
void WakeOperation::could_not_wake(const Error& error) {
    ports().machine->run_state(remaining(), [this, error](const Result<std::string>& state) {
        if (state.value_or("") != "running") return give_up(error);
        slept_ = report_.was_asleep = false;
        open_agent();
    });
}

void WakeOperation::start() {
    ports().machine->start(remaining(), [this](const Result<void>& started) {
        if (!started) return give_up(started.error());
        report_.started = true;
        mark("started", host_now());
        ports().machine->on_closed(nullptr);
        open_agent();
    });
}

void WakeOperation::machine_event(const Event& event) {
    if (event.name != "WAKEUP") return;
    const HostTime at = host_time_of(event.realtime_us, requested_at_);
    mark(event.name, at);
    woke_at_ = at;
    if (waker_ == Waker::Others || ports().listener() == nullptr) open_agent();
}

void WakeOperation::open_agent() {
    retry_.reset();
    Session* agent = ports().listener();
    if (agent == nullptr) return without_agent();
    agent->on_event([this](const Event& event) { agent_event(event); });
    agent->on_closed([this](const Error&) { open_agent(); });
    agent->open(remaining(), [this](const Result<void>& opened) {
        if (!opened) {
            retry_ = glib::hub::after(ports().context, kPoll, [this] { open_agent(); });
            return;
        }
        answered();
        ask_status();
    });
}

void WakeOperation::without_agent() {
    if (report_.was_asleep && !woke_at_) return;  // WAKEUP will come
    done("no agent was asked");
}

void WakeOperation::answered() {
    if (answered_at_) return;
    answered_at_ = host_now();
    mark("agent-answered", *answered_at_);
}

void WakeOperation::agent_event(const Event& event) {
    if (!is_final(event)) return;
    mark(event.name, host_now());  // it may be of an earlier sleep: the status decides
}

void WakeOperation::ask_status() {
    const HostTime asked = host_now();
    ports().listener()->call("hypnos-status", {}, remaining(),
                             [this, asked](const Result<Json>& status) {
                                 report_.anchors.clear();
                                 if (status) add_anchor(report_.anchors, *status, asked);
                                 status_came(status);
                             });
}

void WakeOperation::status_came(const Result<Json>& status) {
    if (!status && status.error().code == ErrorCode::CommandNotFound)
        return done("; it is not hypnos-agent and keeps no record");
    const bool settled = status && (*status)["state"] == Json("idle");
    if (!settled) {
        retry_ = glib::hub::after(ports().context, kPoll, [this] { ask_status(); });
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

void WakeOperation::done(const std::string& text) {
    told_ = text;
    report_.image_lost = is_lost(report_.record);
    if (!options_.boot_id.empty() && !report_.boot_id.empty() &&
        report_.boot_id != options_.boot_id) {
        report_.image_lost = true;
        if (!is_lost(report_.record))
            told_ =
                "; it runs another boot than the one that slept: its image was lost, unless "
                "others woke and restarted it";
    }
    answered_at_ ? restore() : report();
}

void WakeOperation::restore() {
    if (restore_) return;
    restore_.emplace(ports(), options_, remaining(), [this](const Restored& restored) {
        report_.restored = restored;
        report();
    });
}

void WakeOperation::report() {
    report_.text = story();
    finish(report_);
}

std::string WakeOperation::story() const {
    const auto after_request = [this](HostTime at) {
        return in_words(at - requested_at_) + " after the request";
    };
    std::string text;
    if (report_.started) text += "the guest was off and has been started, ";
    if (!slept_) text += "the guest runs already, ";
    if (woke_at_) text += "QEMU reported WAKEUP " + after_request(*woke_at_) + ", ";
    if (answered_at_) text += "the agent answered " + after_request(*answered_at_);
    text += told_;
    for (const std::string& problem : report_.restored.problems) text += "; " + problem;
    return text;
}

void WakeOperation::deadline_passed() {
    if (restore_) return;  // it has the same limit
    const std::string limit = in_words(options_.limit);
    if (answered_at_)
        return give_up(
            {ErrorCode::TimedOut,
             "the agent answered, but its record of the sleep did not come within " + limit});
    const char* what = !slept_    ? "the guest runs, but its agent did not answer"
                       : woke_at_ ? "QEMU reported WAKEUP, but the agent did not answer"
                                  : "QEMU did not report WAKEUP, nor did the agent answer,";
    give_up({ErrorCode::TimedOut,
             std::string(what) + " within " + limit + ": look at the guest's console"});
}

}  // namespace hypnos
