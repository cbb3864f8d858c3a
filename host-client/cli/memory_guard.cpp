// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "memory_guard.hpp"

#include "hypnos/balloon.hpp"

namespace hypnos::cli {
namespace {

constexpr std::chrono::seconds kLimit{5};

/// A URI without a host, as in qemu:///system.
bool is_here(const GuestSpec& guest) {
    return guest.uri.empty() || guest.uri.find(":///") != std::string::npos;
}

std::vector<Balloon> ask(GMainContext* context, const Guests& guests) {
    std::vector<Balloon> balloons;
    std::size_t open = 0;
    for (const auto& guest : guests) {
        if (!is_here(guest->spec())) continue;
        ++open;
        guest->balloon(kLimit, [&](const Result<Balloon>& balloon) {
            if (balloon) balloons.push_back(*balloon);
            --open;
        });
    }
    while (open > 0) g_main_context_iteration(context, TRUE);
    return balloons;
}

std::string mebibytes(std::int64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

Result<void> guard_memory(GMainContext* context, const Guests& guests) {
    const std::int64_t needed = memory_needed(ask(context, guests));
    const Result<std::int64_t> available = available_memory();
    if (needed == 0 || !available || needed <= *available) return {};
    return fail(ErrorCode::Refused,
                "the balloons of these guests will give back " + mebibytes(needed) +
                    " when they freeze, and this host has " + mebibytes(*available) +
                    " left: let fewer sleep at once, on disk, or give --no-memory-guard");
}

}  // namespace hypnos::cli
