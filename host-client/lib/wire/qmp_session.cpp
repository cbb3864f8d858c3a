// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <memory>

#include "wire/session_core.hpp"

namespace hypnos {
namespace {

class QmpCore : public SessionCore {
  public:
    using SessionCore::SessionCore;

  private:
    [[nodiscard]] bool begins_anew() const override { return false; }

    void begin() override {}  // QEMU speaks first

    void handshake(const Json& message) override {
        if (!message["QMP"].is_object()) return;
        // The deadline is the handshake's own; the reply ends it first, or never comes.
        call(
            *own_, "qmp_capabilities", {}, std::chrono::hours(1),
            [this](const Result<Json>& reply) { finish_handshake(reply.map([](const Json&) {})); });
    }

    // QEMU greets once per connection: half a handshake is of no use to the next open().
    void stop() override {
        own_->clear();
        if (!is_open()) disconnect();
    }

    [[nodiscard]] std::string silence() const override {
        return "this is no QMP socket, or another client (libvirt?) holds it";
    }

    std::shared_ptr<SessionUser> own_ = add_user();
};

}  // namespace

QmpSession::QmpSession(GMainContext* context, const std::string& path)
    : Session(std::make_shared<QmpCore>(context, unix_connector(context, path))) {}

}  // namespace hypnos
