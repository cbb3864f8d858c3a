// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/session.hpp"

#include <utility>

#include "wire/session_core.hpp"

namespace hypnos {

Session::Session(std::shared_ptr<SessionCore> core)
    : core_(std::move(core)), user_(core_->add_user()) {}
Session::Session(Session&& other) noexcept = default;
Session::~Session() {
    if (core_) core_->remove(user_);
}

Session& Session::operator=(Session&& other) noexcept {
    std::swap(core_, other.core_);
    std::swap(user_, other.user_);
    return *this;
}

Session Session::share() const { return Session(core_); }

void Session::open(std::chrono::milliseconds limit, OpenDone done) {
    core_->open(*user_, limit, std::move(done));
}

void Session::call(const std::string& command, const Json& arguments,
                   std::chrono::milliseconds limit, CallDone done) {
    core_->call(*user_, command, arguments, limit, std::move(done));
}

void Session::on_event(std::function<void(const Event&)> handler) {
    user_->on_event = std::move(handler);
}

void Session::on_closed(std::function<void(const Error&)> handler) {
    user_->on_closed = std::move(handler);
}

void Session::abandon() { core_->abandon(*user_); }
bool Session::is_connected() const { return core_->is_connected(); }
bool Session::is_open() const { return core_->is_open(); }

}  // namespace hypnos
