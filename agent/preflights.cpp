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
    const PreflightQuestion question = asked_.front().question;
    worker_.start([power = power_, question] { return find_obstacles(power, question); },
                  [this, question](const std::vector<Finding>& findings) {
                      finish_first(preflight_json(question.mode, findings));
                  });
    late_ = glib::after(nullptr, kLimit, [this] {
        worker_.give_up();
        finish_first(
            fail("looking at the guest's state takes too long: storage may hang, or a "
                 "file system be frozen; see the guest's kernel log"));
    });
}

void Preflights::finish_first(const CommandResult& result) {
    const Asked asked = asked_.front();
    asked_.pop_front();
    late_.reset();
    if (!asked_.empty()) start_first();
    reply_(asked.caller, result);
}

}  // namespace hypnos::agent
