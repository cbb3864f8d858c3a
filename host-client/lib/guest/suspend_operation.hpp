// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guest::suspend. In order: QMP is there and says running; the agent answers and tells its boot id;
// its events are listened to; the request; evidence until there is a verdict.

#pragma once

#include <optional>
#include <string>

#include "guest/operation.hpp"
#include "hypnos/guest.hpp"

namespace hypnos {

class SuspendOperation : public Operation<Result<SuspendReport>> {
  public:
    SuspendOperation(Ports& ports, const SuspendOptions& options, Done done);

    void cancel();

  private:
    // The way to the request; each step starts the next.
    void open_qemu();
    void ask_run_state();
    void ask_balloon();
    void open_agent();
    void ask_status();
    void status_came(const Result<Json>& status);
    void listen();
    void subscribe();
    void request();
    void request_hypnos();
    void request_foreign();

    // Evidence.
    void watch_qemu();
    void qemu_closed(const Error& error);
    void qemu_ended(HostTime at);
    void qemu_lost(const std::string& why, HostTime at);
    void watch_agent(Session& session);
    void qemu_event(const Event& event);
    void agent_event(const Event& event);
    void agent_closed();
    void recover();
    void ask_record(const std::function<void(const Json&)>& then);
    void record_came(const Json& data);
    void said_no(const Error& error);
    void add(const Evidence& evidence, HostTime at);
    void add(const Evidence& evidence) { add(evidence, host_now()); }

    void deadline_passed();
    void last_questions();
    void last_question();
    void conclude();
    void give_up(const Error& error) {
        limit_timer_.reset();  // the first reason is the one to tell
        given_up_ = true;
        finish(tl::unexpected(error));
    }
    void mark(const std::string& name, HostTime at) { add_step(report_.timeline, name, at); }
    void mark(const std::string& name) { mark(name, host_now()); }

    SuspendOptions options_;
    SuspendReport report_;
    std::optional<OutcomeJudge> judge_;  // from the request on
    HostTime requested_at_{};
    bool record_asked_ = false;  // the first record of this transaction is the one that counts
    bool given_up_ = false;      // nothing was asked, and nothing will be
    bool soon_over_ = false;     // asleep: the agent's acceptance gets a moment more
    int qmp_ends_ = 0;
    bool foreign_ = false;  // the agent is not hypnos-agent
    glib::Source limit_timer_, recovery_;
};

}  // namespace hypnos
