// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "dry_run.hpp"

#include "memory_guard.hpp"
#include "selecting.hpp"

namespace hypnos::cli {
namespace {

/// "1. web-1 web-2", "2. db": those of one line start together.
void print_order(const std::vector<std::string>& names, FleetPlan plan) {
    for (int turn = 1; !plan.over(); ++turn) {
        const std::vector<std::size_t> started = plan.start();
        std::string line = std::to_string(turn) + ".";
        for (const std::size_t index : started) line += " " + names[index];
        print_line(printable(line));
        for (const std::size_t index : started) plan.ended(index, true);
    }
}

}  // namespace

Exit dry_run(GMainContext* context, const std::vector<GuestSpec>& specs, const FleetOptions& order,
             const ExamineChoices& choices) {
    const auto plan = FleetPlan::make(names_of(specs), order);
    if (!plan) return complain(plan.error());
    if (!choices.json) print_order(names_of(specs), *plan);
    const Exit examined = examine(context, specs, order, choices);
    if (specs.size() < 2) return examined;
    const Result<void> guarded = guard_memory(context, make_guests(context, specs));
    if (!guarded) return complain(guarded.error());
    return examined;
}

}  // namespace hypnos::cli
