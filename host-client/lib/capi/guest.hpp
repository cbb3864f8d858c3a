// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The guest as C has it.

#pragma once

#include "capi/loop.hpp"
#include "hypnos/guest.hpp"

struct hypnos_guest {
    hypnos_guest(hypnos_loop& its_loop, const hypnos::GuestSpec& spec)
        : loop(its_loop), guest(its_loop.context.get(), spec) {}

    hypnos_loop& loop;
    hypnos::Guest guest;
};
