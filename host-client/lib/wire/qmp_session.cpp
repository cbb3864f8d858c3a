// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/session_core.hpp"

namespace hypnos {
namespace {

class QmpCore : public SessionCore {
  public:
    using SessionCore::SessionCore;

  private:
    void begin() override {
        if (is_open()) finish_opening_later({});
    }

    void handshake(const Json& message) override {
        if (!message["QMP"].is_object()) return;
        // The deadline is the handshake's own; the reply ends it first, or never comes.
        call("qmp_capabilities", {}, std::chrono::hours(1),
             [this](const Result<Json>& reply) { finish_opening(reply.map([](const Json&) {})); });
    }

    // QEMU greets once per connection: half a handshake is of no use to the next open().
    void stop() override {
        if (!is_open()) disconnect();
    }

    [[nodiscard]] std::string silence() const override {
        return "this is no QMP socket, or another client (libvirt?) holds it";
    }
};

}  // namespace

QmpSession::QmpSession(GMainContext* context, const std::string& path)
    : Session(std::make_unique<QmpCore>(context, path)) {}

}  // namespace hypnos
