// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host.hpp"
#include "telling.hpp"

namespace hypnos::cli::host {
namespace {

constexpr Synopsis kSynopsis{
    "host status", "", "Tells which sleep of this host is under way, and how the last one ended.",
    "Of whatever process; neither hypnos-hostd nor root is needed.", false};

/// "mem, asked for at 2030-01-31 06:30:00"
std::string which(const HostSleep& sleep) {
    const char* how =
        sleep.initiator == Initiator::Local ? ", begun by others at " : ", asked for at ";
    return std::string(name_of(sleep.target)) + how + moment_in_words(sleep.requested_at);
}

std::string current_in_words(const HostSleep& sleep) {
    std::string text = "under way: " + which(sleep) + "; " + in_words(sleep.state);
    if (sleep.alarm) text += "; alarm at " + moment_in_words(std::chrono::seconds(*sleep.alarm));
    return text + "; operation " + sleep.operation;
}

void print(const HostStatus& status) {
    if (!status.current && !status.last) print_line("nothing is known of a sleep of this host");
    if (status.current) print_line(printable(current_in_words(*status.current)));
    if (status.last)
        print_line(
            printable("last: " + which(*status.last) + "; " + outcome_in_words(*status.last)));
}

}  // namespace

Exit status(const Words& words) {
    RootOption root;
    gboolean json = FALSE;
    const Entries own{{"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", nullptr}};
    const auto rest = parse_options(kSynopsis, words, own + root.entries(), 0, 0);
    if (!rest) return complain(rest.error());
    const HostStatus found = HostPower({.root = root.path()}, {}).status();
    if (json == TRUE) return print_line(status_report(found).dump()), Exit::Done;
    return print(found), Exit::Done;
}

}  // namespace hypnos::cli::host
