// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/environment.hpp"

namespace hypnos::agent {
namespace {

const char* result_word(Outcome outcome) {
    switch (outcome) {
        case Outcome::Slept:
        case Outcome::S2idle:
            return "resumed";
        case Outcome::Failed:
            return "failed";
        case Outcome::ImageLost:
            return "lost";
        case Outcome::Refused:
        case Outcome::Cancelled:
        case Outcome::TimedOut:
        case Outcome::ShutOffWithoutImage:
        case Outcome::WokeEarly:
            return "aborted";
    }
    return "";
}

void add_result(std::vector<std::string>& variables, const Record& record) {
    variables.push_back(std::string("HYPNOS_RESULT=") + result_word(record.outcome));
    variables.push_back("HYPNOS_STAGE=" + (record.phases.empty() ? "" : record.phases.back().name));
    variables.push_back("HYPNOS_ERRNO=" + std::to_string(record.os_error));
    variables.push_back("HYPNOS_SLEPT_MS=" + std::to_string(record.slept.count()));
    variables.push_back("HYPNOS_WAKE=" + record.wake_reason);
}

}  // namespace

std::vector<std::string> hook_environment(HookPhase phase, const Record& record,
                                          std::chrono::milliseconds limit) {
    const std::string word = verb(record.request.mode);
    std::vector<std::string> variables = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HYPNOS_PROTO=1",
        "HYPNOS_ID=" + record.request.transaction,
        "HYPNOS_VERB=" + word,
        "HYPNOS_ACTION=" + word,
        "HYPNOS_ORIGIN=" + std::string(name_of(record.request.initiator)),
        "HYPNOS_DEADLINE_MS=" + std::to_string(limit.count()),
        "SYSTEMD_SLEEP_ACTION=" + word};
    if (phase == HookPhase::Post) add_result(variables, record);
    return variables;
}

}  // namespace hypnos::agent
