// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The transaction marker: what a restarted agent must know to finish a transaction that another
// process, or another boot, began. It is on disk exactly while something is prepared. Pure.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/record.hpp"
#include "sleep/core/sleep_result.hpp"

namespace hypnos::agent {

using namespace sleep;

struct Marker {
    enum class Stage {
        Preparing,  ///< pre hooks run, the alarm is armed; the kernel has not been asked
        Entering,   ///< the kernel was asked, or is about to be
        Returned,   ///< it has answered: `outcome` and what follows stand
    };

    std::string boot_id;
    Stage stage = Stage::Preparing;
    Record record;  ///< request, phases; from Returned on also how it went
    std::vector<Hook>
        undo;  ///< hooks whose pre was started and whose post has not ended, in order of pre
    std::optional<std::int64_t>
        alarm;  ///< what was, or is about to be, written to wakealarm: seconds since the epoch
    std::string restore_mem_sleep, restore_disk;  ///< what /sys/power said before
    Baseline baseline;                            ///< read when the marker was written
};

[[nodiscard]] Json to_json(const Marker& marker);

/// Nothing if it is no marker of this version.
[[nodiscard]] std::optional<Marker> marker_from_json(const Json& saved);

}  // namespace hypnos::agent
