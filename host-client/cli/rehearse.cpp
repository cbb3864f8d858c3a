// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "asking.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "rehearse", "GUEST...",
    "Freezes a guest, makes its image and thaws it: all of a disk sleep but the power-off.",
    "The guest stands still for that long. Its hooks do not run."};

std::string in_words(const Json& reply) { return reply.dump(); }

}  // namespace

Exit rehearse(const Words& words) {
    return ask(words, {kSynopsis, 120, "rehearsed", in_words,
                       [](Guest& guest, auto limit, auto done) { guest.rehearse(limit, done); }});
}

}  // namespace hypnos::cli
