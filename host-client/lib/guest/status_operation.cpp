// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/status_operation.hpp"

#include <utility>

namespace hypnos {

StatusOperation::StatusOperation(Ports& ports, std::chrono::milliseconds limit, Done done)
    : Operation(ports, limit, std::move(done)) {
    ask_agent();
    ask_qemu();
}

void StatusOperation::ask_agent() {
    AgentSession* agent = ports().control();
    if (agent == nullptr)
        return agent_came(fail(ErrorCode::Usage, "no agent= and no power= was given"));
    agent->open(remaining(), [this, agent](const Result<void>& opened) {
        if (!opened) return agent_came(tl::unexpected(opened.error()));
        agent->call("hypnos-status", {}, remaining(),
                    [this](const Result<Json>& status) { agent_came(status); });
    });
}

void StatusOperation::agent_came(const Result<Json>& status) {
    agent_ = status;
    if (!status && status.error().code == ErrorCode::CommandNotFound)
        agent_ = fail(ErrorCode::CommandNotFound, "an agent answers, but it is not hypnos-agent");
    report_if_complete();
}

void StatusOperation::ask_qemu() {
    if (!ports().qmp) return qemu_came(fail(ErrorCode::Usage, "no qmp= was given"));
    ports().qmp->open(remaining(), [this](const Result<void>& opened) {
        if (!opened) return qemu_came(tl::unexpected(opened.error()));
        ports().qmp->call("query-status", {}, remaining(),
                          [this](const Result<Json>& status) { qemu_came(status); });
    });
}

void StatusOperation::qemu_came(const Result<Json>& status) {
    run_state_ =
        status.map([](const Json& reply) { return reply["status"].string().value_or("?"); });
    // The agent of a sleeping guest cannot answer: no use waiting for it.
    if (!agent_ && run_state_->value_or("") == "suspended")
        agent_ = fail(ErrorCode::Unreachable, "the guest sleeps");
    report_if_complete();
}

void StatusOperation::report_if_complete() {
    if (agent_ && run_state_) finish({*agent_, *run_state_});
}

}  // namespace hypnos
