// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/agent.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "agent/commands/table.hpp"
#include "agent/system/log.hpp"
#include "hypnos/protocol/reader.hpp"
#include "sleep/system/notify.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kStateFile = "/run/hypnos/events.json";

/// How long a sleep waits for a host that does not read.
constexpr std::chrono::milliseconds kFlushLimit{250};

/// More peers than any host needs; the next one is hung up on.
constexpr std::size_t kSessionsMax = 16;

commands::Filter make_filter(const Options& options) {
    using commands::Group;
    const auto as_set = [](const std::vector<std::string>& names) {
        return std::set<std::string>(names.begin(), names.end());
    };
    commands::Filter filter = {
        as_set(options.settings.allow_rpcs), as_set(options.settings.block_rpcs), {}};
    const Config& config = options.config;
    if (!config.exec) filter.off.insert(Group::Exec);
    if (!config.file) filter.off.insert(Group::File);
    if (!config.password) filter.off.insert(Group::Password);
    if (!config.ssh_keys) filter.off.insert(Group::SshKeys);
    return filter;
}

Freezer::Settings freeze_settings(const Options& options) {
    return {.hook = options.settings.fsfreeze_hook,
            .state_directory = options.settings.statedir,
            .thaw_after = options.config.thaw_after};
}

std::int64_t realtime_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(realtime()).count();
}

}  // namespace

Agent::Agent(const Options& options)
    : root_(options.root),
      config_(options.config),
      filter_(make_filter(options)),
      power_management_(root_),
      boot_id_(root_.text("/proc/sys/kernel/random/boot_id")),
      logind_(root_, {"hypnos-agent", "prepares applications for sleep"},
              {.preparing = [this](SleepMode mode) { sleep_announced(mode); },
               .over = [this] { sleep_over(); }}),
      suspender_({.power = power_management_,
                  .config = config_,
                  .boot_id = boot_id_,
                  .logind = logind_,
                  .emit = [this](const char* name, const Json& data) { emit(name, data); },
                  .reply = replier(),
                  .expect_silence =
                      [this](const Caller& caller) {
                          const auto session = sessions_.find(caller.session);
                          if (session != sessions_.end()) session->second->expect_silence();
                      },
                  .flush = [this](glib::Callback done) { flush(std::move(done)); },
                  .slept =
                      [this] {
                          local_sleeps_.forget();
                          save_state();  // a restarted agent must not take it for news
                      },
                  .woke = [this] { look_at_all(); },
                  .ended = [this] { transaction_ended(); }}),
      local_sleeps_(root_, {.noticed =
                                [this](const SuspendEvent& event) {
                                    freezer_.when_thawed([this, event] { notice(event); });
                                },
                            .heard = [this] { return suspender_.machine().hears_local_sleeps(); }}),
      preflights_(power_management_, replier()),
      time_setter_(root_, replier()),
      jobs_(replier()),
      passwords_(root_, replier()),
      shutdown_(root_, replier()),
      open_files_(std::make_shared<OpenFiles>(root_, options.settings.statedir + "/qga.state")),
      freezer_(root_, freeze_settings(options), mount_opener(root_),
               {.reply = replier(),
                .suspending =
                    [this] {
                        return local_sleep_announced_ ||
                               suspender_.machine().state() != SuspendMachine::State::Idle;
                    },
                .on_changed = log::mute}),
      qemu_(make_port(options.qemu, Role::Qemu)) {
    if (options.power) power_ = make_port(*options.power, Role::Power);
}

Jobs::Reply Agent::replier() {
    return [this](const Caller& caller, const CommandResult& result) { reply(caller, result); };
}

/// Whether a command may come with as much as a file.
bool Agent::takes_data() const {
    return filter_.allows("guest-file-write", commands::Group::File) ||
           filter_.allows("guest-exec", commands::Group::Exec);
}

Port Agent::make_port(const Endpoint& endpoint, Role role) {
    return {endpoint,
            [this, role](UniqueFd fd, Connection::Kind kind, const glib::Callback& ended) {
                add_session(role, std::move(fd), kind, ended);
            }};
}

Result<void> Agent::start() {
    load_state();
    freezer_.start();
    Result<void> opened = qemu_.open();
    if (opened && power_) opened = power_->open();
    if (!opened) return opened;
    watch_button();
    if (!suspender_.recover([this](const Record& record) { return has_reported(record); }))
        local_sleeps_.check();
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
        .message_bytes = takes_data() ? limits::kDataMessageBytes : limits::kMessageBytes,
        .events = events_,
        .execute =
            [this](const Request& request, Session& session, const Caller& caller) {
                freezer_.heard();
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

void Agent::reply(const Caller& caller, const CommandResult& result) {
    const auto session = sessions_.find(caller.session);
    if (session != sessions_.end()) session->second->reply(caller, result);
}

/// Ports may have changed without an edge while the machine slept.
void Agent::look_at_all() {
    for (const auto& [number, session] : sessions_) session->look();
}

void Agent::sleep_announced(SleepMode mode) {
    local_sleep_announced_ = true;
    // While file systems are frozen hooks, and notes of them, would wait for the thaw.
    if (suspender_.sleeps_through_logind() || !freezer_.idle()) return logind_.release();
    local_sleeps_.announced(mode);
}

void Agent::sleep_over() {
    local_sleep_announced_ = false;
    if (!suspender_.over()) local_sleeps_.over();
}

void Agent::notice(const SuspendEvent& event) {
    power_management_.acpi.restore();
    suspender_.notice(event);  // before anybody's request, which would hide it
    look_at_all();
}

void Agent::watch_button() {
    if (!config_.button_sleep) return;
    logind_.take_sleep_keys();
    button_.emplace(root_, config_, *config_.button_sleep,
                    Button::Deps{suspender_, [this] { return in_the_way_of_sleep(); }});
}

std::string Agent::in_the_way_of_sleep() const {
    if (!freezer_.idle()) return "file systems are frozen";
    if (local_sleep_announced_ || suspender_.machine().state() != SuspendMachine::State::Idle)
        return "another sleep is under way";
    return "";
}

void Agent::transaction_ended() {
    if (button_ && did_sleep(suspender_.machine().record().outcome)) button_->slept();
    local_sleeps_.check();
}

void Agent::load_state() {
    const Result<Json> saved = read_json(root_.read(kStateFile).value_or("null"));
    if (!saved || (*saved)["boot-id"] != Json(boot_id_)) return;
    events_ = EventLog::from_json((*saved)["log"]);
    resume_count_ = (*saved)["resume-count"].integer().value_or(0);
    if (const std::optional<Baseline> known = baseline_from_json((*saved)["baseline"]))
        local_sleeps_.know(*known);
}

/// Whether the event that ends this transaction is in the log. Hosts may use an id twice, but no two
/// begin at the same time.
bool Agent::has_reported(const Record& record) const {
    const Json begun = begun_json(record);
    const auto began = [](const Json& data) {
        const std::vector<Json> phases = data["phases"].elements();
        return phases.empty() ? Json() : phases.front();
    };
    const auto& entries = events_.entries();
    return std::any_of(entries.begin(), entries.end(), [&](const EventLog::Entry& entry) {
        const Json& data = entry.event.data;
        return data.has("outcome") && data["transaction"] == begun["transaction"] &&
               began(data) == began(begun);
    });
}

void Agent::save_state() const {
    const Json state = Json::object({{"boot-id", boot_id_},
                                     {"resume-count", resume_count_},
                                     {"baseline", to_json(local_sleeps_.known())},
                                     {"log", events_.to_json()}});
    if (const Result<void> saved = root_.replace(kStateFile, state.dump() + "\n"); !saved)
        g_warning("%s; a restarted agent will count its events from 1",
                  saved.error().message.c_str());
}

}  // namespace hypnos::agent
