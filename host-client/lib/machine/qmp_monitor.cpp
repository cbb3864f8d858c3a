// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "machine/qmp_monitor.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "glib/hub.hpp"
#include "machine/qmp_facts.hpp"

namespace hypnos {
namespace {

std::int64_t bytes_of(const Json& reply, std::string_view member) {
    return std::max<std::int64_t>(reply[member].integer().value_or(0), 0);
}

class QmpMonitor : public Monitor {
  public:
    QmpMonitor(GMainContext* context, Session qmp) : context_(context), qmp_(std::move(qmp)) {}

    [[nodiscard]] std::unique_ptr<Monitor> share() const override {
        return std::make_unique<QmpMonitor>(context_, qmp_.share());
    }

    void open(Limit limit, Done<void> done) override { qmp_.open(limit, std::move(done)); }
    [[nodiscard]] bool is_open() const override { return qmp_.is_open(); }
    void on_event(std::function<void(const Event&)> handler) override {
        qmp_.on_event(std::move(handler));
    }
    void on_closed(std::function<void(const Error&)> handler) override {
        qmp_.on_closed(std::move(handler));
    }

    // QEMU answers in order: its answer follows every event that came before.
    void run_state(Limit limit, Done<std::string> done) override {
        qmp_.call("query-status", {}, limit, [done](const Result<Json>& reply) {
            done(reply.map([](const Json& r) { return r["status"].string().value_or("?"); }));
        });
    }

    void wake(Limit limit, Done<void> done) override { order("system_wakeup", {}, limit, done); }

    void start(Limit, Done<void> done) override {
        soon_ = glib::hub::soon(context_, [done] {
            const Done<void> call = done;  // which may destroy this
            call(
                fail(ErrorCode::Usage, "only whoever started its QEMU can start this guest again"));
        });
    }

    void stop(Limit limit, Done<void> done) override { order("stop", {}, limit, done); }
    void cont(Limit limit, Done<void> done) override { order("cont", {}, limit, done); }

    // A machine without a balloon has all its memory.
    void balloon(Limit limit, Done<Balloon> done) override {
        qmp_.call("query-memory-size-summary", {}, limit, [=, this](const Result<Json>& size) {
            if (!size) return done(fail(size.error()));
            const std::int64_t most =
                bytes_of(*size, "base-memory") + bytes_of(*size, "plugged-memory");
            qmp_.call("query-balloon", {}, limit, [=](const Result<Json>& reply) {
                const std::int64_t now = reply ? bytes_of(*reply, "actual") : most;
                done(Balloon{std::min(now, most), most});
            });
        });
    }
    void set_balloon(std::int64_t bytes, Limit limit, Done<void> done) override {
        order("balloon", Json::object({{"value", bytes}}), limit, done);
    }

    void facts(Limit limit, Done<MachineFacts> done) override {
        facts_.emplace(qmp_, limit, std::move(done));
    }

    void abandon() override {
        facts_.reset();
        qmp_.abandon();
    }

  private:
    void order(const std::string& command, const Json& arguments, Limit limit, Done<void> done) {
        qmp_.call(command, arguments, limit, [done = std::move(done)](const Result<Json>& reply) {
            done(reply.map([](const Json&) {}));
        });
    }

    GMainContext* context_;
    Session qmp_;
    std::optional<QmpFacts> facts_;
    glib::Source soon_;
};

}  // namespace

std::unique_ptr<Monitor> qmp_monitor(GMainContext* context, Session qmp) {
    return std::make_unique<QmpMonitor>(context, std::move(qmp));
}

}  // namespace hypnos
