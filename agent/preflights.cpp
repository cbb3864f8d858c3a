// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/preflights.hpp"

namespace hypnos::agent {
void Preflights::ask(const PreflightQuestion& question, const Caller& caller) {
    if (asked_.size() >= kWaitingMax)
        return reply_(caller, fail("too many questions at once; wait for an answer"));
    asked_.push_back({question, caller});
    if (asked_.size() == 1) start_first();
}

void Preflights::start_first() {
    worker_.start([power = power_,
                   question = asked_.front().question] { return find_obstacles(power, question); },
                  [this](const std::vector<Finding>& findings) {
                      const Asked asked = asked_.front();
                      asked_.pop_front();
                      if (!asked_.empty()) start_first();
                      reply_(asked.caller, preflight_json(asked.question.mode, findings));
                  });
}

}  // namespace hypnos::agent
