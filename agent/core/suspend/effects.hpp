// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Effects: what the suspend machine has others do.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/record.hpp"
#include "sleep/core/preflight.hpp"

namespace hypnos::agent {

using namespace sleep;

/// The number of the effect that is answered.
using Serial = int;

// Effects that are answered by one event with the same serial number.
struct Inspect {  ///< preflight, the hooks there are, the writes that will make this sleep
    Serial serial = 0;
    SuspendRequest request;
};
struct RunHook {
    Serial serial = 0;
    Hook hook;
    HookPhase phase = HookPhase::Pre;
    std::chrono::milliseconds limit{};
};
struct ChooseAlarm {
    Serial serial = 0;
    std::chrono::milliseconds delay{};
};
struct ArmAlarm {
    Serial serial = 0;
    std::int64_t at = 0;
};
struct FlushOutput {  ///< wait, briefly, until what was said has left
    Serial serial = 0;
};
struct EnterSleep {
    Serial serial = 0;
    SleepPlan plan;
};
struct Refresh {  ///< clock, random numbers, network
    Serial serial = 0;
    SleepMode mode = SleepMode::Ram;
};
struct Rehearse {
    Serial serial = 0;
};
// Effects without an answer.
struct StopHook {};  ///< end the hook that runs; HookFinished still comes
struct Persist {};   ///< write marker() to disk before going on
struct Forget {};    ///< remove it
struct PutBack {     ///< settings of /sys/power that another process left behind
    std::string mem_sleep, disk;
};
struct DisarmAlarm {
    std::int64_t at = 0;
};
struct Accept {};  ///< tell the caller that the guest is about to sleep
struct Refuse {    ///< tell the caller why not
    Error error;
};
struct Announce {};       ///< HYPNOS_SUSPENDING
struct LetLocalSleep {};  ///< give up the delay that holds somebody else's sleep
struct Report {
};  ///< HYPNOS_RESUMED, HYPNOS_SUSPEND_FAILED or HYPNOS_IMAGE_LOST, by the record's outcome

using Effect = std::variant<Inspect, RunHook, ChooseAlarm, ArmAlarm, FlushOutput, EnterSleep,
                            Refresh, Rehearse, StopHook, Persist, Forget, PutBack, DisarmAlarm,
                            Accept, Refuse, Announce, LetLocalSleep, Report>;
using Effects = std::vector<Effect>;

/// As its type is called.
[[nodiscard]] std::string_view name_of(const Effect& effect);

}  // namespace hypnos::agent
