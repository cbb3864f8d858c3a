// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/agent.hpp"

#include <string_view>
#include <utility>

#include "agent/commands/table.hpp"
#include "agent/system/clocks.hpp"
#include "agent/system/notify.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kStateFile = "/run/hypnos/events.json";

/// How long a sleep waits for a host that does not read.
constexpr std::chrono::milliseconds kFlushLimit{250};

/// More peers than any host needs; the next one is hung up on.
constexpr std::size_t kSessionsMax = 16;

std::int64_t realtime_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(realtime()).count();
}

}  // namespace

Agent::Agent(const Options& options)
    : root_(options.root),
      power_management_(root_),
      boot_id_(root_.read("/proc/sys/kernel/random/boot_id").value_or("")),
      suspender_({.root = root_,
                  .power = power_management_,
                  .emit = [this](const char* name, const Json& data) { emit(name, data); },
                  .reply =
                      [this](const Caller& caller, const CommandResult& result) {
                          const auto session = sessions_.find(caller.session);
                          if (session != sessions_.end()) session->second->reply(caller, result);
                      },
                  .expect_silence =
                      [this](const Caller& caller) {
                          const auto session = sessions_.find(caller.session);
                          if (session != sessions_.end()) session->second->expect_silence();
                      },
                  .flush = [this](glib::Callback done) { flush(std::move(done)); },
                  .woke = [this] { look_at_all(); }}),
      qemu_(make_port(options.qemu, Role::Qemu)),
      logind_(root_, {.preparing =
                          [this](SleepMode mode) {
                              g_message("a sleep (%s) is announced", name_of(mode).data());
                              logind_.release();
                          },
                      .over = [] { g_message("the announced sleep is over"); }}),
      clock_([] { g_message("the clock jumped"); }) {
    if (options.power) power_ = make_port(*options.power, Role::Power);
}

Port Agent::make_port(const Endpoint& endpoint, Role role) {
    return {endpoint,
            [this, role](UniqueFd fd, Connection::Kind kind, const glib::Callback& ended) {
                add_session(role, std::move(fd), kind, ended);
            }};
}

Result<void> Agent::start() {
    load_state();
    Result<void> opened = qemu_.open();
    if (opened && power_) opened = power_->open();
    if (!opened) return opened;
    close_unfinished();
    logind_.start();
    emit(events::kReady, Json::object({{"version", HYPNOS_VERSION}}));
    notify("READY=1\nSTATUS=serving " + qemu_.path() + (power_ ? " and " + power_->path() : ""));
    return {};
}

void Agent::add_session(Role role, UniqueFd fd, Connection::Kind kind,
                        const glib::Callback& ended) {
    if (kind == Connection::Kind::Stream && sessions_.size() >= kSessionsMax) return;
    const std::uint64_t number = ++last_session_;
    Session::Deps deps = {
        .number = number,
        .role = role,
        .events = events_,
        .execute =
            [this](const Request& request, Session& session, const Caller& caller) {
                return commands::execute(request, {*this, session, caller});
            },
        .drained = [this] { flushed(); },
        .ended = [this, number, ended] { end_session(number, ended); }};
    sessions_.emplace(number, std::make_unique<Session>(std::move(fd), kind, std::move(deps)));
}

void Agent::end_session(std::uint64_t number, const glib::Callback& ended) {
    const glib::Callback tell = ended;  // erase() destroys what `ended` refers to
    sessions_.erase(number);
    flushed();
    tell();
}

void Agent::emit(const char* name, Json data) {
    data.set("boot-id", boot_id_);
    if (std::string_view(name) == events::kResumed) data.set("resume-count", ++resume_count_);
    events_.add({name, data, realtime_us()});
    save_state();
    for (const auto& [number, session] : sessions_) session->send_events();
}

bool Agent::output_pending() const {
    for (const auto& [number, session] : sessions_) {
        if (session->output_pending()) return true;
    }
    return false;
}

void Agent::flush(glib::Callback done) {
    when_flushed_ = std::move(done);
    flush_limit_ = glib::after(nullptr, kFlushLimit, [this] {
        if (when_flushed_) std::exchange(when_flushed_, {})();
    });
    flushed();
}

void Agent::flushed() {
    if (!when_flushed_ || output_pending()) return;
    flush_limit_.reset();
    std::exchange(when_flushed_, {})();
}

void Agent::look_at_all() {
    for (const auto& [number, session] : sessions_) session->look();
}

void Agent::load_state() {
    const Result<Json> saved = read_json(root_.read(kStateFile).value_or("null"));
    if (!saved || (*saved)["boot-id"] != Json(boot_id_)) return;
    events_ = EventLog::from_json((*saved)["log"]);
    resume_count_ = (*saved)["resume-count"].integer().value_or(0);
}

/// A transaction that another agent process began and did not live to end.
void Agent::close_unfinished() {
    if (events_.entries().empty()) return;
    const Event& last = events_.entries().back().event;
    if (last.name != events::kSuspending) return;
    Json data = Json::object({{"outcome", name_of(Outcome::Failed)},
                              {"error",
                               "the agent was ended during this transaction and cannot tell "
                               "how it went; hooks may not have been undone"}});
    for (const char* name : {"transaction", "mode", "initiator", "phases"})
        data.set(name, last.data[name]);
    emit(events::kSuspendFailed, data);
}

void Agent::save_state() const {
    const Json state = Json::object(
        {{"boot-id", boot_id_}, {"resume-count", resume_count_}, {"log", events_.to_json()}});
    if (const Result<void> saved = root_.replace(kStateFile, state.dump() + "\n"); !saved)
        g_warning("%s; a restarted agent will count its events from 1",
                  saved.error().message.c_str());
}

}  // namespace hypnos::agent
