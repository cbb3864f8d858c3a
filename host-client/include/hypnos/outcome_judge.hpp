// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Decides how a sleep ended, from evidence. Pure: it is told what was seen and when, and keeps the
// first outcome that is proved.
//
//   proves that it slept     QEMU: SUSPEND or run state "suspended" (ram, hybrid); SUSPEND_DISK and
//                            then SHUTDOWN or the end of QMP (disk); without QMP, the agent's
//                            record
//   proves that it did not   an error reply, the agent's record, power-off without SUSPEND_DISK
//   proves nothing           a closed port, a run state "running", silence, records of another
//                            transaction, or of another boot that lost no image

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hypnos/clock.hpp"
#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos {

/// What was asked, and who is watching.
struct SleepQuestion {
    SleepMode mode = SleepMode::Ram;
    std::string transaction;
    std::string boot_id;  ///< that the agent told before the request; empty if it told none
    std::optional<std::chrono::milliseconds> wake_after;
    bool agent_accepts = true;  ///< it says so before it sleeps; qemu-ga does not
    bool qemu_watched = false;  ///< QEMU's events are fed, each before what the agent says later
    HostTime requested_at{};
};

// Evidence.
struct AgentAccepted {};
struct AgentSaidNo {
    Error error;  ///< its reply, not a failure to get one
};
/// Data of HYPNOS_RESUMED, HYPNOS_SUSPEND_FAILED or HYPNOS_IMAGE_LOST, or `last` of hypnos-status.
struct AgentRecord {
    Json data;
};
struct AgentClosed {};
enum class PowerEvent { Suspend, Wakeup, SuspendDisk, Shutdown };
struct QemuReported {
    PowerEvent event;
};
struct QemuState {
    std::string run_state;  ///< of query-status
};
struct QemuClosed {};
/// It can no longer be watched, though it may run.
struct QemuLost {
    std::string why;
};
struct DeadlinePassed {};
using Evidence = std::variant<AgentAccepted, AgentSaidNo, AgentRecord, AgentClosed, QemuReported,
                              QemuState, QemuClosed, QemuLost, DeadlinePassed>;

struct Verdict {
    Outcome outcome;
    std::string text;  ///< the evidence, in words; may quote the guest
};

class OutcomeJudge {
  public:
    HYPNOS_API explicit OutcomeJudge(SleepQuestion question);

    /// `at` is when it was seen, or when its own stamp says that it happened.
    HYPNOS_API void add(const Evidence& evidence, HostTime at);

    /// QEMU says that the guest sleeps; only the agent's acceptance is missing.
    [[nodiscard]] bool asleep() const { return asleep_.has_value(); }
    [[nodiscard]] const std::optional<Verdict>& verdict() const { return verdict_; }

    /// Is this the data of an event of the transaction in question, in the boot in question? Only another
    /// boot can tell that the image was lost.
    [[nodiscard]] HYPNOS_API bool concerns(const Json& data) const;

  private:
    void on(const AgentAccepted& evidence);
    void on(const AgentSaidNo& evidence);
    void on(const AgentRecord& evidence);
    void on(const AgentClosed& evidence);
    void on(const QemuReported& evidence);
    void on(const QemuState& evidence);
    void on(const QemuClosed& evidence);
    void on(const QemuLost& evidence);
    void on(const DeadlinePassed& evidence);

    void decide(Outcome outcome, const std::string& text);
    void asleep_in_ram(const std::string& proof);
    void powered_off(const std::string& what);
    void record_says_slept(const Json& data);
    void record_says_otherwise(Outcome outcome, const Json& data);
    [[nodiscard]] bool wants_ram() const { return question_.mode != SleepMode::Disk; }
    [[nodiscard]] std::string after_request() const;
    [[nodiscard]] std::vector<std::string> seen() const;
    [[nodiscard]] std::string advice() const;

    SleepQuestion question_;
    std::optional<Verdict> verdict_;
    HostTime now_{};
    std::optional<HostTime> accepted_at_;
    std::optional<std::string> asleep_;  ///< QEMU's word, while the agent has not accepted
    bool agent_closed_ = false;
    bool suspend_disk_ = false;
    std::vector<std::string> other_events_;  // of QEMU, that prove nothing for this mode
    std::string run_state_;
};

}  // namespace hypnos
