// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/ask_operation.hpp"

#include <utility>

namespace hypnos {

AskOperation::AskOperation(Ports& ports, const std::string& command, const Json& arguments,
                           std::chrono::milliseconds limit, Done done)
    : Operation(ports, limit, std::move(done)) {
    Session* agent = ports.control();
    if (agent == nullptr) {
        finish(fail(ErrorCode::Usage, "agent= or power= is needed"));
        return;
    }
    agent->open(std::min(kConnectLimit, limit), [=, this](const Result<void>& opened) {
        if (!opened) return finish(fail(opened.error()));
        agent->call(command, arguments, remaining(),
                    [this](const Result<Json>& reply) { finish(reply); });
    });
}

}  // namespace hypnos
