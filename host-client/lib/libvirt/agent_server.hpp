// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Serves one end of a socket as an agent would, with virDomainQemuAgentCommand.

#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/framer.hpp"
#include "hypnos/protocol/message.hpp"
#include "libvirt/connection.hpp"

namespace hypnos::libvirt {

/// Lives on a thread of its own until the socket's other end closes, the domain ends or the
/// connection is lost. One request at a time, in order. What the agent itself does not answer stays
/// unanswered, as it would on QEMU's socket: the asker's limits tell.
class AgentServer {
  public:
    /// Any thread. `fd` blocks.
    static void start(std::shared_ptr<Connection> connection, Domain domain, UniqueFd fd);

    AgentServer(std::shared_ptr<Connection> connection, Domain domain, UniqueFd fd);

    void serve();

  private:
    [[nodiscard]] bool receive(int flags);
    void take_messages();
    [[nodiscard]] bool answer(const Json& message);
    [[nodiscard]] bool answer_sync(const Request& request, const std::optional<Json>& id);
    [[nodiscard]] bool forward(const Request& request, const std::optional<Json>& id);
    [[nodiscard]] std::optional<Result<Json>> command(const Request& request);
    [[nodiscard]] bool send(const std::string& text) const;

    std::shared_ptr<Connection> connection_;
    Domain domain_;
    std::shared_ptr<UniqueFd> fd_;
    std::unique_ptr<Listening> listening_;
    Framer framer_;
    std::deque<Json> requests_;
};

}  // namespace hypnos::libvirt
