// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// hypnos-agent on two sockets, in a temporary root, played to by a fuzzer's bytes. What would give a
// host a shell is off, and so is what no root keeps from this machine: the clock and its power.
//
//   steps    a byte, bits 0-2 what (see AgentStep), bit 3 to whom (0 QEMU's port, 1 the one with
//            events); and what the step needs

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hypnos::fuzz {

enum class AgentStep {
    Raw,      ///< two bytes for the length, text: sent as it is
    Request,  ///< byte: which of agent_requests(); sent
    Reset,    ///< 0xFF is sent
    Answer,   ///< the agent's threads end, and their answers are read
    Deaf,     ///< byte: nothing is read for that many steps
    HangUp,   ///< the connection ends, another begins
    Last = HangUp
};

struct Played {
    std::string wrong;      ///< empty if all was well
    std::size_t lines = 0;  ///< that the agent has sent
};

/// Plays it to the end of the bytes. Wrong is a line that the judge refuses, or a guest-sync after all
/// that is not answered.
[[nodiscard]] Played play_to_agent(std::string_view bytes);

/// A Raw step.
[[nodiscard]] std::string raw_step(std::string_view text, bool to_power = false);

/// Those of the conformance corpus.
[[nodiscard]] const std::vector<std::string>& agent_requests();

}  // namespace hypnos::fuzz
