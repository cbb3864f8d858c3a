// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Effects of the suspend machine as words, so that a list of them is one line: "persist, pre a".

#pragma once

#include <string>
#include <vector>

#include "agent/core/suspend_machine.hpp"

namespace hypnos::agent::test {

inline std::string word(const Inspect&) { return "inspect"; }
inline std::string word(const RunHook& e) {
    return std::string(name_of(e.phase)) + " " + e.hook.name;
}
inline std::string word(const ChooseAlarm&) { return "choose"; }
inline std::string word(const ArmAlarm&) { return "arm"; }
inline std::string word(const FlushOutput&) { return "flush"; }
inline std::string word(const EnterSleep&) { return "sleep"; }
inline std::string word(const Refresh&) { return "refresh"; }
inline std::string word(const Rehearse&) { return "rehearse"; }
inline std::string word(const StopHook&) { return "stop"; }
inline std::string word(const Persist&) { return "persist"; }
inline std::string word(const Forget&) { return "forget"; }
inline std::string word(const PutBack&) { return "put-back"; }
inline std::string word(const DisarmAlarm&) { return "disarm"; }
inline std::string word(const Accept&) { return "accept"; }
inline std::string word(const Refuse&) { return "refuse"; }
inline std::string word(const Announce&) { return "announce"; }
inline std::string word(const LetLocalSleep&) { return "let"; }
inline std::string word(const Report&) { return "report"; }

inline std::string words(const std::vector<Effect>& effects) {
    std::string line;
    for (const Effect& effect : effects)
        line +=
            (line.empty() ? "" : ", ") + std::visit([](const auto& e) { return word(e); }, effect);
    return line;
}

/// The number of the answer that an effect asks for, or 0.
inline Serial serial_of(const Effect& effect) {
    return std::visit(
        [](const auto& e) {
            if constexpr (requires { e.serial; }) return e.serial;
            return Serial{0};
        },
        effect);
}

inline SleepResult slept_for(std::chrono::milliseconds time) {
    SleepResult result;
    result.slept = time;
    return result;
}

}  // namespace hypnos::agent::test
