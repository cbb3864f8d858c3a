// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "asking.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{"capabilities", "GUEST...",
                             "Tells which sleeps work in a guest now, and why others do not."};

/// "ram (deep), hybrid; not disk: swap.none"
std::string in_words(const Json& reply) {
    std::string works, not_;
    for (const Json& mode : reply["modes"].elements()) {
        std::string& list = mode["works"] == Json(true) ? works : not_;
        list += (list.empty() ? "" : ", ") + plain(mode["mode"]);
        if (mode["works"] == Json(true) && mode.has("depth"))
            list += " (" + plain(mode["depth"]) + ")";
        if (mode["works"] == Json(true)) continue;
        for (const Json& finding : mode["findings"].elements())
            if (finding["severity"] == Json("block")) list += ": " + plain(finding["code"]);
    }
    return (works.empty() ? "none" : works) + (not_.empty() ? "" : "; not " + not_);
}

}  // namespace

Exit capabilities(const Words& words) {
    return ask(words, {kSynopsis, 10, "works", in_words, [](Guest& guest, auto limit, auto done) {
                           guest.capabilities(limit, done);
                       }});
}

}  // namespace hypnos::cli
