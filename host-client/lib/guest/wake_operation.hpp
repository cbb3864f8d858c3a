// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guest::wake. In order: QMP is there and says suspended; system_wakeup; WAKEUP; the agent answers;
// its record of the sleep that ended. A guest that runs already (it was started again after a disk
// sleep, or an alarm came first) is asked for that record all the same.

#pragma once

#include <optional>
#include <string>

#include "hypnos/guest.hpp"
#include "guest/operation.hpp"

namespace hypnos {

class WakeOperation : public Operation<Result<WakeReport>> {
  public:
    WakeOperation(Ports& ports, std::chrono::milliseconds limit, Done done);

  private:
    void open_qemu();
    void ask_run_state();
    void run_state_came(const std::string& state);
    void runs_already();
    void wake_up();
    void could_not_wake(const Error& error);
    void qemu_event(const Event& event);
    void open_agent();
    void answered();
    void agent_event(const Event& event);
    void ask_status();
    void status_came(const Result<Json>& status);
    void record_came(const Json& record);
    void deadline_passed();

    void done(const std::string& text);
    void give_up(const Error& error) { finish(tl::unexpected(error)); }
    void mark(const std::string& name, HostTime at) { add_step(report_.timeline, name, at); }

    WakeReport report_;
    std::string limit_;  // in words
    HostTime requested_at_{};
    std::optional<HostTime> woke_at_, answered_at_;
    glib::Source limit_timer_, retry_;
};

}  // namespace hypnos
