// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The words both ends use for sleep.
//
//   request      somebody's wish that the guest sleep
//   transaction  what follows from an accepted request; has a uuid; ends in exactly one outcome
//   record       what the agent knows of a transaction when it has ended, the data of its last event
//   finding      one reason why a mode will not, or may not, work

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

enum class SleepMode { Ram, Disk, Hybrid };
enum class Require { Deep, Any };  ///< Any: s2idle will do where firmware offers no S3
enum class Initiator { Host, Local, Cloud };

enum class Outcome {
    Slept,
    Refused,  ///< nothing slept: preflight, a veto, an inhibitor
    Failed,   ///< the kernel said no, or returned without having slept
    Cancelled,
    TimedOut,             ///< no proof of any other outcome within the limit
    S2idle,               ///< slept, but only in s2idle
    ShutOffWithoutImage,  ///< powered off, and nothing says that an image was written
    WokeEarly,
    ImageLost,  ///< booted afresh after a disk sleep
};

// Wire names, in the order of the enumerators.
inline constexpr std::array<std::string_view, 3> kSleepModeNames = {"ram", "disk", "hybrid"};
inline constexpr std::array<std::string_view, 2> kRequireNames = {"deep", "any"};
inline constexpr std::array<std::string_view, 3> kInitiatorNames = {"host", "local", "cloud"};
inline constexpr std::array<std::string_view, 9> kOutcomeNames = {"slept",
                                                                  "refused",
                                                                  "failed",
                                                                  "cancelled",
                                                                  "timed-out",
                                                                  "s2idle",
                                                                  "shut-off-without-image",
                                                                  "woke-early",
                                                                  "image-lost"};

/// The enumerator that has this name among `names`.
template <typename Enum, std::size_t N>
std::optional<Enum> enumerator(const std::array<std::string_view, N>& names,
                               std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

[[nodiscard]] HYPNOS_API std::string_view name_of(SleepMode mode);
[[nodiscard]] HYPNOS_API std::string_view name_of(Require require);
[[nodiscard]] HYPNOS_API std::string_view name_of(Initiator initiator);
[[nodiscard]] HYPNOS_API std::string_view name_of(Outcome outcome);

enum class Severity { Block, Warn };

struct Finding {
    std::string code;  ///< stable, e.g. "swap.none"
    Severity severity = Severity::Block;
    std::string subject;  ///< what it is about: a file, a device, a process
    std::string hint;     ///< one sentence: what is wrong and what to do
};

[[nodiscard]] HYPNOS_API Json to_json(const Finding& finding);

/// The error of a request that nothing slept for; travels as `data` {outcome, finding?}.
[[nodiscard]] HYPNOS_API Error refusal(const std::string& message,
                                       const std::optional<Finding>& finding = {});

/// Names of events.
namespace events {
inline constexpr const char* kReady = "HYPNOS_READY";
inline constexpr const char* kSuspending = "HYPNOS_SUSPENDING";
inline constexpr const char* kResumed = "HYPNOS_RESUMED";
inline constexpr const char* kSuspendFailed = "HYPNOS_SUSPEND_FAILED";
inline constexpr const char* kImageLost = "HYPNOS_IMAGE_LOST";
}  // namespace events

}  // namespace hypnos
