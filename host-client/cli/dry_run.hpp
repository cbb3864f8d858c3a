// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// suspend --dry-run: what would happen, and whether it could.

#pragma once

#include "examining.hpp"

namespace hypnos::cli {

/// Prints the order and each guest's findings. Refused if one could not sleep, or memory lacks.
[[nodiscard]] Exit dry_run(GMainContext* context, const std::vector<GuestSpec>& specs,
                           const FleetOptions& order, const ExamineChoices& choices);

}  // namespace hypnos::cli
