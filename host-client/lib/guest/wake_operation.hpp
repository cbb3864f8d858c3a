// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guest::wake and Guest::wait_resumed. In order: the machine is there and says suspended; it is woken
// (or waited for); WAKEUP; the agent answers; its record of the sleep that ended; what a sleep on disk
// forgets is put back. A guest that runs already (it was started again after a disk sleep, or an alarm
// came first) is asked for that record all the same.

#pragma once

#include <optional>
#include <string>

#include "guest/operation.hpp"
#include "guest/restore.hpp"
#include "hypnos/guest.hpp"

namespace hypnos {

class WakeOperation : public Operation<Result<WakeReport>> {
  public:
    enum class Waker { Us, Others };

    WakeOperation(Ports& ports, const WakeOptions& options, Waker waker, Done done);

  private:
    // Until the guest runs.
    void open_machine();
    void open_machine_later();
    void machine_unreachable(const Error& error);
    void ask_run_state();
    void run_state_came(const std::string& state);
    void machine_event(const Event& event);
    void wake_up();
    void could_not_wake(const Error& error);
    void start();
    void look_again();

    // Until its agent has told.
    void open_agent();
    void without_agent();
    void answered();
    void agent_event(const Event& event);
    void ask_status();
    void status_came(const Result<Json>& status);
    void record_came(const Json& record);

    void restore();
    void report();
    void done(const std::string& text);
    [[nodiscard]] std::string story() const;
    void deadline_passed();
    void give_up(const Error& error) { finish(tl::unexpected(error)); }
    void mark(const std::string& name, HostTime at) { add_step(report_.timeline, name, at); }

    WakeOptions options_;
    Waker waker_;
    WakeReport report_;
    std::string told_;  // by the agent's record, in words
    HostTime requested_at_{};
    std::optional<HostTime> woke_at_, answered_at_;
    bool slept_ = false;  // by what the machine said since the request
    glib::Source limit_timer_, retry_, machine_retry_;
    std::optional<Restore> restore_;
};

}  // namespace hypnos
