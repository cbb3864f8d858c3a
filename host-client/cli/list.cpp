// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "options.hpp"
#include "selecting.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{"list", "[GUEST...]", "Lists the guests that are known, and how.",
                             "Asks none of them: see hypnosctl status."};

std::string where(const GuestSpec& guest) {
    std::string text = guest.domain.empty() ? "" : guest.uri + " " + guest.domain + " ";
    for (const auto& [name, path] :
         {std::pair("qmp", guest.qmp), {"agent", guest.agent}, {"power", guest.power}})
        if (!path.empty()) text += std::string(name) + "=" + path + " ";
    return text;
}

Json to_json(const GuestSpec& guest) {
    Json result = Json::object({{"name", guest.name}});
    for (const auto& [name, value] : {std::pair("qmp", guest.qmp),
                                      {"agent", guest.agent},
                                      {"power", guest.power},
                                      {"uri", guest.uri},
                                      {"domain", guest.domain}})
        if (!value.empty()) result.set(name, value);
    Json macs = Json::array();
    for (const std::string& mac : guest.macs) macs.append(mac);
    return guest.macs.empty() ? result : result.set("macs", macs);
}

}  // namespace

Exit list(const Words& words) {
    Selecting selecting;
    gboolean names = FALSE, json = FALSE;
    const Entries own{
        {"names", 0, 0, G_OPTION_ARG_NONE, &names, "Print the names only", nullptr},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object per guest", nullptr}};
    const auto rest = parse_options(kSynopsis, words, selecting.entries() + own, 0);
    if (!rest) return complain(rest.error());
    const auto guests = selecting.select_or_all(*rest);
    if (!guests) return complain(guests.error());
    for (const GuestSpec& guest : *guests)
        print_line(json == TRUE    ? to_json(guest).dump()
                   : names == TRUE ? printable(guest.name)
                                   : printable(guest.name + "  " + where(guest)));
    return Exit::Done;
}

}  // namespace hypnos::cli
