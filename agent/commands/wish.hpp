// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a suspend and a preflight are asked with alike.

#pragma once

#include "hypnos/protocol/arguments.hpp"
#include "hypnos/protocol/power.hpp"

namespace hypnos::agent::commands {

/// `asked`: a SuspendRequest or a PreflightQuestion.
template <typename Asked>
void read_wish(Arguments& given, Asked& asked) {
    asked.mode = static_cast<SleepMode>(given.choice("mode", kSleepModeNames));
    asked.require =
        static_cast<Require>(given.optional_choice("require", kRequireNames).value_or(0));
    asked.force = given.optional_boolean("force").value_or(false);
}

}  // namespace hypnos::agent::commands
