// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/commands/jobs.hpp"

#include "agent/agent.hpp"

namespace hypnos::agent::commands {

CommandResult run_job(const Context& context, const std::string& what, const Jobs::Job& job,
                      std::chrono::milliseconds limit) {
    context.session.hold(context.caller);
    context.agent.jobs().start(context.caller, what, limit, job);
    return std::nullopt;
}

}  // namespace hypnos::agent::commands
