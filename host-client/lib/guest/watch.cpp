// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/watch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "glib/source.hpp"
#include "guest/ports.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kReconnect{250};   // QEMU is not there: it may be starting
constexpr milliseconds kAskAgain{30000};  // it is there and silent: asleep, or held by another

}  // namespace

/// One session that is opened again whenever it ends.
class Watch::Port {
  public:
    Port(GMainContext* context, std::string name, Session session, const Handlers& handlers)
        : context_(context),
          name_(std::move(name)),
          session_(std::move(session)),
          handlers_(handlers) {
        session_.on_event([this](const Event& event) { event_came(event); });
        session_.on_closed([this](const Error& error) { lost(error); });
        open();
    }

    /// Asks for the agent's events, and those missed.
    void open() {
        retry_.reset();
        asked_anew_ = false;
        session_.open(kConnectLimit, [this](const Result<void>& opened) {
            if (!opened) return lost(opened.error());
            note("connected");
            if (name_ != "qmp") subscribe();
        });
    }

    /// Called after each event of this port that reaches the caller.
    std::function<void(const Event&)> after_event;

  private:
    void lost(const Error& error) {
        note(error.message);
        retry_ = glib::after(context_, session_.is_connected() ? kAskAgain : kReconnect,
                             [this] { open(); });
    }

    void subscribe() {
        const Json arguments = last_seq_ ? Json::object({{"since", *last_seq_}}) : Json();
        session_.call("hypnos-subscribe", arguments, kConnectLimit,
                      [this](const Result<Json>& reply) { subscribed(reply); });
    }

    /// A new boot counts from 1 again: then nothing was seen yet.
    void subscribed(const Result<Json>& reply) {
        if (!reply) return note(reply.error().message);
        const std::string boot_id = (*reply)["boot-id"].string().value_or("");
        const bool same_boot = boot_id.empty() || boot_id == boot_id_;
        if (!last_seq_ || same_boot || std::exchange(asked_anew_, true)) return;
        last_seq_ = 0;
        boot_id_ = boot_id;
        subscribe();
    }

    void event_came(const Event& event) {
        if (repeated(event)) return;
        handlers_.on_event({name_, host_now(), event});
        if (after_event) after_event(event);
    }

    /// Events asked for again may come twice.
    bool repeated(const Event& event) {
        const std::optional<std::int64_t> seq = event.data["seq"].integer();
        if (name_ == "qmp" || !seq) return false;
        const std::string boot_id = event.data["boot-id"].string().value_or("");
        if (boot_id == boot_id_ && last_seq_ && *seq <= *last_seq_) return true;
        boot_id_ = boot_id;
        last_seq_ = seq;
        return false;
    }

    void note(const std::string& text) {
        if (text == noted_) return;
        noted_ = text;
        if (handlers_.on_note) handlers_.on_note(name_ + ": " + text);
    }

    GMainContext* context_;
    std::string name_;
    Session session_;
    Handlers handlers_;
    std::string noted_, boot_id_;
    std::optional<std::int64_t> last_seq_;
    bool asked_anew_ = false;  // a guest may invent boots; once a connection is enough
    glib::Source retry_;
};

Watch::Watch(GMainContext* context, const GuestSpec& spec, const Handlers& handlers) {
    const std::string name = spec.power.empty() ? "agent" : "power";
    const std::string& path = spec.power.empty() ? spec.agent : spec.power;
    if (!path.empty())
        agent_ = std::make_unique<Port>(context, name, AgentSession(context, path), handlers);
    if (spec.qmp.empty()) return;
    qmp_ = std::make_unique<Port>(context, "qmp", QmpSession(context, spec.qmp), handlers);
    // A guest that woke may have lost our subscription, and some events with it.
    qmp_->after_event = [this](const Event& event) {
        if (event.name == "WAKEUP" && agent_) agent_->open();
    };
}

Watch::~Watch() = default;

}  // namespace hypnos
