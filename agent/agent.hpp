// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The agent: two ports, the sessions on them, one suspender, the events of this boot. Everything
// runs on the default main context; each job that may block has a thread of its own.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/button.hpp"
#include "agent/commands/filter.hpp"
#include "agent/core/event_log.hpp"
#include "agent/executions.hpp"
#include "agent/freezer.hpp"
#include "agent/helper.hpp"
#include "agent/jobs.hpp"
#include "agent/local_sleeps.hpp"
#include "agent/open_files.hpp"
#include "agent/port.hpp"
#include "agent/preflights.hpp"
#include "agent/session.hpp"
#include "agent/settings.hpp"
#include "agent/suspender.hpp"
#include "agent/system/config.hpp"
#include "agent/time_setter.hpp"
#include "sleep/system/bus/logind.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

struct Options {
    Settings settings;
    Config config;
    std::string root = "/";
    Endpoint qemu;                  ///< where QEMU's protocol is spoken
    std::optional<Endpoint> power;  ///< where events flow, too
};

class Agent {
  public:
    explicit Agent(const Options& options);

    [[nodiscard]] Result<void> start();

    // What commands need.
    [[nodiscard]] const Power& power() const { return power_management_; }
    [[nodiscard]] const std::string& boot_id() const { return boot_id_; }
    [[nodiscard]] const EventLog& events() const { return events_; }
    [[nodiscard]] std::int64_t resume_count() const { return resume_count_; }
    [[nodiscard]] Suspender& suspender() { return suspender_; }
    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] const commands::Filter& filter() const { return filter_; }
    /// File systems are frozen: hardly anything is answered, nothing is logged.
    [[nodiscard]] bool frozen() const { return freezer_.frozen(); }
    [[nodiscard]] Preflights& preflights() { return preflights_; }
    [[nodiscard]] Freezer& freezer() { return freezer_; }
    [[nodiscard]] Jobs& jobs() { return jobs_; }
    [[nodiscard]] Executions& executions() { return executions_; }
    [[nodiscard]] Helper& passwords() { return passwords_; }
    [[nodiscard]] Helper& shutdown() { return shutdown_; }
    [[nodiscard]] const Root& root() const { return root_; }
    [[nodiscard]] const std::shared_ptr<OpenFiles>& open_files() const { return open_files_; }
    [[nodiscard]] TimeSetter& time_setter() { return time_setter_; }
    [[nodiscard]] LocalSleeps& local_sleeps() { return local_sleeps_; }

  private:
    [[nodiscard]] Jobs::Reply replier();
    [[nodiscard]] bool takes_data() const;
    Port make_port(const Endpoint& endpoint, Role role);
    void add_session(Role role, UniqueFd fd, Connection::Kind kind, const glib::Callback& ended);
    void end_session(std::uint64_t number, const glib::Callback& ended);

    void emit(const char* name, Json data);
    void flush(glib::Callback done);
    void flushed();
    void look_at_all();
    [[nodiscard]] bool output_pending() const;

    void reply(const Caller& caller, const CommandResult& result);
    void sleep_announced(SleepMode mode);
    void sleep_over();
    void notice(const SuspendEvent& event);
    void watch_button();
    [[nodiscard]] std::string in_the_way_of_sleep() const;
    void transaction_ended();

    void load_state();
    [[nodiscard]] bool has_reported(const Record& record) const;
    void save_state() const;

    Root root_;
    Config config_;
    commands::Filter filter_;
    Power power_management_;
    std::string boot_id_;
    EventLog events_;
    std::int64_t resume_count_ = 0;
    bool local_sleep_announced_ = false;  ///< by logind; until it is over
    std::uint64_t last_session_ = 0;
    std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
    glib::Callback when_flushed_;
    glib::Source flush_limit_;
    Logind logind_;
    Suspender suspender_;
    LocalSleeps local_sleeps_;
    std::optional<Button> button_;  ///< if agent.conf gives it a meaning
    Preflights preflights_;
    TimeSetter time_setter_;
    Jobs jobs_;
    Helper passwords_, shutdown_;
    Executions executions_;
    std::shared_ptr<OpenFiles> open_files_;  ///< shared with jobs
    Freezer freezer_;
    Port qemu_;
    std::optional<Port> power_;
};

}  // namespace hypnos::agent
