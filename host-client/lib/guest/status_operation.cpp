// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/status_operation.hpp"

#include <utility>

namespace hypnos {
namespace {

// A reply carries the number of its call, so an open session is asked without a handshake. The
// guest may have lost the question while it slept: then the handshake is due.
constexpr std::chrono::milliseconds kFirstTry{500};

}  // namespace

StatusOperation::StatusOperation(Ports& ports, std::chrono::milliseconds limit, Done done)
    : Operation(ports, limit, std::move(done)) {
    begin_agent();
    begin_qemu();
}

void StatusOperation::begin_agent() {
    Session* agent = ports().control();
    if (agent == nullptr)
        return agent_came(fail(ErrorCode::Usage, "no agent= and no power= was given"));
    if (!agent->is_open()) return open_agent();
    agent->call("hypnos-status", {}, std::min(kFirstTry, remaining() / 2),
                [this](const Result<Json>& status) {
                    const bool lost = !status && status.error().code == ErrorCode::TimedOut;
                    lost ? open_agent() : agent_came(status);
                });
}

void StatusOperation::open_agent() {
    Session* agent = ports().control();
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

void StatusOperation::begin_qemu() {
    if (!ports().machine) return qemu_came(fail(ErrorCode::Usage, "no qmp= was given"));
    if (ports().machine->is_open()) return ask_qemu();
    ports().machine->open(remaining(), [this](const Result<void>& opened) {
        opened ? ask_qemu() : qemu_came(tl::unexpected(opened.error()));
    });
}

void StatusOperation::ask_qemu() {
    ports().machine->run_state(remaining(),
                               [this](const Result<std::string>& state) { qemu_came(state); });
}

void StatusOperation::qemu_came(const Result<std::string>& state) {
    run_state_ = state;
    // The agent of a sleeping guest cannot answer: no use waiting for it.
    if (!agent_ && run_state_->value_or("") == "suspended")
        agent_ = fail(ErrorCode::Unreachable, "the guest sleeps");
    report_if_complete();
}

void StatusOperation::report_if_complete() {
    if (agent_ && run_state_) finish({*agent_, *run_state_});
}

}  // namespace hypnos
