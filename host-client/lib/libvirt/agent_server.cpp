// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/agent_server.hpp"

#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "hypnos/protocol/reader.hpp"
#include "libvirt/agent_words.hpp"

namespace hypnos::libvirt {
namespace {

constexpr const char* kSync = "guest-sync-delimited";
constexpr int kPingSeconds = 2;

bool is_sync(const Json& message) { return message["execute"] == Json(kSync); }

/// A slot of the connection, while a command runs.
class Slot {
  public:
    explicit Slot(Connection& connection) : connection_(connection) {
        connection_.agent_slots.acquire();
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { connection_.agent_slots.release(); }

  private:
    Connection& connection_;
};

}  // namespace

void AgentServer::start(std::shared_ptr<Connection> connection, Domain domain, UniqueFd fd) {
    const auto server =
        std::make_shared<AgentServer>(std::move(connection), std::move(domain), std::move(fd));
    std::thread([server] { server->serve(); }).detach();
}

AgentServer::AgentServer(std::shared_ptr<Connection> connection, Domain domain, UniqueFd fd)
    : connection_(std::move(connection)),
      domain_(std::move(domain)),
      fd_(std::make_shared<UniqueFd>(std::move(fd))) {
    const auto lost = [socket = std::weak_ptr(fd_)] {
        if (const auto alive = socket.lock()) shutdown(alive->get(), SHUT_RDWR);
    };
    listening_ = std::make_unique<Listening>(domain_.link, Link::Listener{.lost = lost});
}

void AgentServer::serve() {
    while (receive(0)) {
        while (!requests_.empty()) {
            const Json request = std::move(requests_.front());
            requests_.pop_front();
            if (!answer(request) || !receive(MSG_DONTWAIT)) return;
        }
    }
}

/// False when there will be no more.
bool AgentServer::receive(int flags) {
    std::array<char, 16384> buffer;
    for (;;) {
        const ssize_t got = recv(fd_->get(), buffer.data(), buffer.size(), flags);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return true;
        if (got <= 0) return false;
        framer_.push({buffer.data(), static_cast<std::size_t>(got)});
        take_messages();
        flags = MSG_DONTWAIT;
    }
}

// Who asks for a sync again has no use for an earlier one.
void AgentServer::take_messages() {
    while (const auto text = framer_.next()) {
        const Result<Json> message = *text ? read_json(**text) : fail(text->error());
        if (!message) continue;
        if (is_sync(*message)) std::erase_if(requests_, is_sync);
        requests_.push_back(*message);
    }
}

/// False when the domain cannot be asked any more.
bool AgentServer::answer(const Json& message) {
    const std::optional<Json> id = request_id(message);
    const Result<Request> request = parse_request(message);
    if (!request) return send(error_reply(request.error(), id).dump() + "\n");
    return request->execute == kSync ? answer_sync(*request, id) : forward(*request, id);
}

bool AgentServer::answer_sync(const Request& request, const std::optional<Json>& id) {
    const auto pong = command(Request{"guest-ping", {}});
    if (pong && *pong)
        return send("\xFF" + success_reply(request.arguments["id"], id).dump() + "\n");
    return virDomainIsActive(domain_.get()) == 1;
}

// QEMU's agents answer guest-suspend-* only if they fail, and so does libvirt to this call when
// the guest is asleep: it says that no answer came.
bool AgentServer::forward(const Request& request, const std::optional<Json>& id) {
    const auto reply = command(request);
    if (!reply) return virDomainIsActive(domain_.get()) == 1;
    return send((*reply ? success_reply(**reply, id) : error_reply(reply->error(), id)).dump() +
                "\n");
}

/// Nothing if the agent did not answer.
std::optional<Result<Json>> AgentServer::command(const Request& request) {
    const bool ping = request.execute == "guest-ping";
    const Json arguments = request.arguments.names().empty() ? Json() : request.arguments;
    const std::string text = make_request(request.execute, arguments, {}).dump();
    const Slot slot(*connection_);
    const Handle<char> said(virDomainQemuAgentCommand(
        domain_.get(), text.c_str(), ping ? kPingSeconds : seconds_for(request), 0));
    if (said) {
        const Result<Json> reply = read_json(said.get());
        if (!reply) return std::nullopt;
        return parse_reply(*reply);
    }
    const std::optional<Error> error = agent_error(request.execute, virGetLastErrorMessage());
    if (!error) return std::nullopt;
    return fail(*error);
}

bool AgentServer::send(const std::string& text) const {
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t sent = ::send(fd_->get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace hypnos::libvirt
