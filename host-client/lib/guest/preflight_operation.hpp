// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guest::preflight: the machine's facts and the agent's findings at once; then the host's findings from
// both.

#pragma once

#include <optional>
#include <string>

#include "guest/operation.hpp"
#include "machine/doctor.hpp"

namespace hypnos {

class PreflightOperation : public Operation<Result<PreflightReport>> {
  public:
    PreflightOperation(Ports& ports, SleepMode mode, std::chrono::milliseconds limit, Done done);

  private:
    void open_machine();
    void machine_came(const Result<MachineFacts>& facts);
    void open_agent();
    void ask_status();
    void ask_findings();
    void agent_came(const Result<Json>& findings);
    void report_if_complete();

    SleepMode mode_;
    AgentFacts agent_facts_;
    std::optional<Result<MachineFacts>> machine_;
    std::optional<Result<Json>> agent_;
};

}  // namespace hypnos
