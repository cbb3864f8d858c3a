// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "selecting.hpp"

#include <algorithm>
#include <array>

namespace hypnos::cli {
namespace {

constexpr std::array<std::string_view, 3> kOnFailureNames{"continue", "stop", "undo"};

Result<Order> parse_order(const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals != text.npos && equals > 0 && equals + 1 < text.size())
        return Order{text.substr(0, equals), text.substr(equals + 1)};
    return fail(ErrorCode::Usage, "--after needs LATER=EARLIER, two names of guests, not '" + text +
                                      "': LATER goes to sleep when EARLIER sleeps");
}

bool contains(const std::vector<GuestSpec>& guests, const std::string& name) {
    return std::any_of(guests.begin(), guests.end(),
                       [&](const GuestSpec& guest) { return guest.name == name; });
}

}  // namespace

Entries Selecting::entries() {
    return {{"all", 'a', 0, G_OPTION_ARG_NONE, &all_, "Every guest that is known", nullptr},
            {"connect", 'c', 0, G_OPTION_ARG_STRING_ARRAY, connect_.slot(),
             "Guests are domains of this libvirt connection; may be given several times", "URI"},
            {"guests-d", 0, 0, G_OPTION_ARG_FILENAME, guests_d_.slot(),
             "Where guests' files are (default: /etc/hypnos/guests.d)", "DIRECTORY"}};
}

Selection Selecting::selection(const std::vector<std::string>& words) const {
    Selection result;
    result.words = words;
    result.all = all_ == TRUE;
    result.connect = connect_.words();
    result.guests_d = guests_d_.or_else(result.guests_d.c_str());
    return result;
}

Result<std::vector<GuestSpec>> Selecting::select(const std::vector<std::string>& words) const {
    if (words.empty() && all_ != TRUE)
        return fail(ErrorCode::Usage, "which guest? Name some, or give --all");
    return select_guests(selection(words));
}

Result<std::vector<GuestSpec>> Selecting::select_or_all(
    const std::vector<std::string>& words) const {
    Selection asked = selection(words);
    asked.all = asked.all || words.empty();
    return select_guests(asked);
}

Entries Ordering::entries() {
    return {
        {"parallel", 'j', 0, G_OPTION_ARG_INT, &parallel_, "How many guests at once (default: all)",
         "N"},
        {"after", 0, 0, G_OPTION_ARG_STRING_ARRAY, after_.slot(),
         "LATER goes to sleep when EARLIER sleeps, and wakes before it; may be given several "
         "times",
         "LATER=EARLIER"},
        {"on-failure", 0, 0, G_OPTION_ARG_STRING, on_failure_.slot(),
         "When a guest fails: continue (the default) with those that do not depend on it, stop, "
         "or undo",
         "POLICY"}};
}

Result<FleetOptions> Ordering::options(const std::vector<GuestSpec>& guests) const {
    if (parallel_ < 0) return fail(ErrorCode::Usage, "--parallel needs a number above 0");
    FleetOptions options;
    options.parallel = static_cast<std::size_t>(parallel_);
    const auto policy =
        parse_choice("--on-failure", on_failure_.or_else("continue"), kOnFailureNames);
    if (!policy) return fail(policy.error());
    options.on_failure = static_cast<OnFailure>(*policy);
    for (const std::string& text : after_.words()) {
        const Result<Order> order = parse_order(text);
        if (!order) return fail(order.error());
        options.after.push_back(*order);
    }
    for (const GuestSpec& guest : guests) {
        for (const std::string& earlier : guest.after) {
            if (contains(guests, earlier)) options.after.push_back({guest.name, earlier});
        }
    }
    return options;
}

std::vector<std::string> names_of(const std::vector<GuestSpec>& guests) {
    std::vector<std::string> names;
    for (const GuestSpec& guest : guests) names.push_back(guest.name);
    return names;
}

Guests make_guests(GMainContext* context, const std::vector<GuestSpec>& specs) {
    Guests guests;
    for (const GuestSpec& spec : specs) guests.push_back(std::make_unique<Guest>(context, spec));
    return guests;
}

}  // namespace hypnos::cli
