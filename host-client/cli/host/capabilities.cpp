// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host.hpp"
#include "hypnos/loop.hpp"
#include "telling.hpp"

namespace hypnos::cli::host {
namespace {

constexpr Synopsis kSynopsis{
    "host capabilities", "", "Tells which sleeps work on this host now, and why others do not.",
    "Nothing is disturbed, and neither hypnos-hostd nor root is needed.", false};

struct Line {
    std::string root;
    bool xml = false;
    bool json = false;
};

Result<Line> parse(const Words& words) {
    RootOption root;
    gboolean xml = FALSE, json = FALSE;
    const Entries own{{"xml", 0, 0, G_OPTION_ARG_NONE, &xml,
                       "Print libvirt's <power_management> element", nullptr},
                      {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", nullptr}};
    const auto rest = parse_options(kSynopsis, words, own + root.entries(), 0, 0);
    if (!rest) return fail(rest.error());
    if (xml == TRUE && json == TRUE)
        return fail(ErrorCode::Usage, "--xml and --json cannot both be given");
    return Line{root.path(), xml == TRUE, json == TRUE};
}

std::string in_words(const HostCapability& capability) {
    const std::string target(name_of(capability.target)), why = capability.why_not();
    if (capability.works) return target + ": works";
    return target + ": no" + (why.empty() ? "" : ": " + why);
}

}  // namespace

Exit capabilities(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    HostPower power({.root = line->root}, {});
    const auto found =
        run<HostCapabilities>(nullptr, [&power](const auto& done) { power.capabilities(done); });
    if (line->xml) return print_line(capabilities_xml(found)), Exit::Done;
    if (line->json) return print_line(capabilities_report(found).dump()), Exit::Done;
    for (const HostCapability& capability : found.targets)
        print_line(printable(in_words(capability)));
    return Exit::Done;
}

}  // namespace hypnos::cli::host
