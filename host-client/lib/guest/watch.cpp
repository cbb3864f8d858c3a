// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/watch.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "glib/hub.hpp"
#include "guest/ports.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kReconnect{250};  // nobody is there: it may be starting
constexpr milliseconds kReconnectMost{2000};
constexpr milliseconds kAskAgain{30000};  // it is there and silent: asleep, or held by another

}  // namespace

/// One connection that is opened again whenever it ends.
class Watch::Port {
  public:
    Port(GMainContext* context, std::string name, const Handlers& handlers)
        : context_(context), name_(std::move(name)), handlers_(handlers) {}
    virtual ~Port() = default;

    void open() {
        retry_.reset();
        begin([this](const Result<void>& opened) {
            if (!opened) return lost(opened.error());
            delay_ = kReconnect;
            note("connected");
            after_open();
        });
    }

    /// Called after each event of this port that reaches the caller.
    std::function<void(const Event&)> after_event;

  protected:
    virtual void begin(std::function<void(Result<void>)> done) = 0;
    virtual void after_open() {}
    [[nodiscard]] virtual bool is_silent() const { return false; }

    void lost(const Error& error) {
        note(error.message);
        retry_ = glib::hub::after(context_, is_silent() ? kAskAgain : delay_, [this] { open(); });
        delay_ = std::min(2 * delay_, kReconnectMost);
    }

    void tell(const Event& event) {
        handlers_.on_event({name_, host_now(), event});
        if (after_event) after_event(event);
    }

    void note(const std::string& text) {
        if (text == noted_) return;
        noted_ = text;
        if (handlers_.on_note) handlers_.on_note(name_ + ": " + text);
    }

  private:
    GMainContext* context_;
    std::string name_;
    Handlers handlers_;
    std::string noted_;
    milliseconds delay_ = kReconnect;
    glib::Source retry_;
};

class Watch::MachinePort : public Watch::Port {
  public:
    MachinePort(GMainContext* context, const Handlers& handlers, std::unique_ptr<Monitor> machine)
        : Port(context, "qmp", handlers), machine_(std::move(machine)) {
        machine_->on_event([this](const Event& event) { tell(event); });
        machine_->on_closed([this](const Error& error) { lost(error); });
        open();
    }

  private:
    void begin(std::function<void(Result<void>)> done) override {
        machine_->open(kConnectLimit, std::move(done));
    }

    std::unique_ptr<Monitor> machine_;
};

/// Asks for the agent's events, and those missed.
class Watch::AgentPort : public Watch::Port {
  public:
    AgentPort(GMainContext* context, std::string name, const Handlers& handlers, Session session)
        : Port(context, std::move(name), handlers), session_(std::move(session)) {
        session_.on_event([this](const Event& event) { event_came(event); });
        session_.on_closed([this](const Error& error) { lost(error); });
        open();
    }

  private:
    void begin(std::function<void(Result<void>)> done) override {
        session_.open(kConnectLimit, std::move(done));
    }

    [[nodiscard]] bool is_silent() const override { return session_.is_connected(); }

    void after_open() override {
        asked_anew_ = false;
        subscribe();
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
        if (!repeated(event)) tell(event);
    }

    /// Events asked for again may come twice.
    bool repeated(const Event& event) {
        const std::optional<std::int64_t> seq = event.data["seq"].integer();
        if (!seq) return false;
        const std::string boot_id = event.data["boot-id"].string().value_or("");
        if (boot_id == boot_id_ && last_seq_ && *seq <= *last_seq_) return true;
        boot_id_ = boot_id;
        last_seq_ = seq;
        return false;
    }

    Session session_;
    std::string boot_id_;
    std::optional<std::int64_t> last_seq_;
    bool asked_anew_ = false;  // a guest may invent boots; once a connection is enough
};

Watch::Watch(GMainContext* context, const GuestSpec& spec, const Handlers& handlers)
    : Watch(Ports(context, spec), handlers) {}

Watch::Watch(Ports ports, const Handlers& handlers) {
    if (Session* listener = ports.listener(); listener != nullptr)
        agent_ = std::make_unique<AgentPort>(ports.context, ports.power ? "power" : "agent",
                                             handlers, std::move(*listener));
    if (!ports.machine) return;
    machine_ = std::make_unique<MachinePort>(ports.context, handlers, std::move(ports.machine));
    // A guest that woke may have lost our subscription, and some events with it.
    machine_->after_event = [this](const Event& event) {
        if (event.name == "WAKEUP" && agent_) agent_->open();
    };
}

Watch::~Watch() = default;

}  // namespace hypnos
