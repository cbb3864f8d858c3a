// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What was done to guests so that the host can sleep, as it stands in guests.json. A carried guest is
// one that is looked after when the host is awake again. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/guest_spec.hpp"
#include "policy.hpp"

namespace hypnos::hostd {

struct Carried {
    enum class State {
        Sleeping,  ///< it is about to be asked, or was, and nobody knows yet whether it sleeps
        Asleep,
        Failed,  ///< it did not go to sleep and runs; after the host's sleep its clock is wrong
        Waking,
    };

    GuestSpec guest;
    Policy action = Policy::SuspendRam;  ///< never Leave
    State state = State::Sleeping;
    std::string text;                     ///< how that came, in words
    std::string boot_id;                  ///< the guest's, of the boot that sleeps, if it was told
    std::optional<std::int64_t> balloon;  ///< bytes the guest had
};

struct CarriedGuests {
    std::string operation;  ///< of the host's sleep
    std::string boot_id;    ///< the host's
    std::vector<Carried> guests;
};

/// A JSON object on each line: what is said of all, then the guests. So that thousands of them do not
/// exceed limits::kValues.
[[nodiscard]] std::string to_text(const CarriedGuests& carried);

/// Nothing if anything about it is wrong.
[[nodiscard]] std::optional<CarriedGuests> carried_from_text(const std::string& text);

/// A guest's own words may be many.
[[nodiscard]] std::string shortened(const std::string& text);

/// A connection of libvirt to another machine, whose domains live on when this host does not.
[[nodiscard]] bool is_remote(const std::string& uri);

/// What the next boot of the host finds of a guest: on disk, or elsewhere. The others are gone.
[[nodiscard]] bool outlives_the_host(const Carried& carried);

}  // namespace hypnos::hostd
