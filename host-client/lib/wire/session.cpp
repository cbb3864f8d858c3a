// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/session.hpp"

#include <utility>

#include "wire/session_core.hpp"

namespace hypnos {

Session::Session(std::unique_ptr<SessionCore> core) : core_(std::move(core)) {}
Session::Session(Session&& other) noexcept = default;
Session& Session::operator=(Session&& other) noexcept = default;
Session::~Session() = default;

void Session::open(std::chrono::milliseconds limit, OpenDone done) {
    core_->open(limit, std::move(done));
}

void Session::call(const std::string& command, const Json& arguments,
                   std::chrono::milliseconds limit, CallDone done) {
    core_->call(command, arguments, limit, std::move(done));
}

void Session::on_event(std::function<void(const Event&)> handler) {
    core_->on_event = std::move(handler);
}

void Session::on_closed(std::function<void(const Error&)> handler) {
    core_->on_closed = std::move(handler);
}

void Session::abandon() { core_->abandon(); }
bool Session::is_connected() const { return core_->is_connected(); }
bool Session::is_open() const { return core_->is_open(); }

}  // namespace hypnos
