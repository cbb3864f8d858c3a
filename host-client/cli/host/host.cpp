// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host.hpp"

#include <array>

#include "../verb_table.hpp"

namespace hypnos::cli::host {
namespace {

constexpr std::array<Verb, 4> kVerbs{{
    {"capabilities", "", "which sleeps work on this host now, and why others do not", capabilities},
    {"suspend", "", "put this host to sleep, with an alarm that wakes it", suspend},
    {"status", "", "the sleep that is under way, and how the last one ended", status},
    {"cancel", "[OPERATION]", "call off a sleep that has not reached the kernel", cancel},
}};

}  // namespace

Exit host(const Words& words) {
    return dispatch({"hypnosctl host", "Puts this host itself to sleep.", kVerbs}, words);
}

}  // namespace hypnos::cli::host
