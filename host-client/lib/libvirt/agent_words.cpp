// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/agent_words.hpp"

#include <algorithm>

#include "hypnos/protocol/power.hpp"

namespace hypnos::libvirt {
namespace {

constexpr int kSeconds = 30;
constexpr int kSecondsMost = 1230;  // hypnos-suspend's longest deadline, and time to answer
constexpr int kMsPerSecond = 1000;

bool is_unknown_command(const std::string& text) {
    return text.find("has not been found") != std::string::npos;
}

}  // namespace

int seconds_for(const Request& request) {
    const std::int64_t ms = request.arguments["deadline-ms"].integer().value_or(0);
    const std::int64_t seconds = std::clamp<std::int64_t>(ms, 0, kSecondsMost * kMsPerSecond);
    return std::min(kSecondsMost, kSeconds + static_cast<int>(seconds / kMsPerSecond));
}

std::optional<Error> agent_error(const std::string& command, const std::string& message) {
    const std::string mark = "'" + command + "': ";
    const std::size_t found = message.find(mark);
    if (found == std::string::npos) return std::nullopt;
    const std::string text = message.substr(found + mark.size());
    if (is_unknown_command(text)) return Error{ErrorCode::CommandNotFound, text};
    if (command == "hypnos-suspend") return refusal(text);
    return Error{ErrorCode::Generic, text};
}

}  // namespace hypnos::libvirt
