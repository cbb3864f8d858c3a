// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/loop.hpp"
#include "options.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{"status", "GUEST", "Tells what the agent and QEMU say of a guest.",
                             "Each of the two may be missing and says why. Exit status 3 if "
                             "neither could be asked."};
constexpr std::chrono::seconds kLimit{5};

Json error_json(const Error& error) { return Json::object({{"error", error.message}}); }

Json to_json(const std::string& guest, const GuestStatus& status) {
    const Json qemu = status.run_state ? Json::object({{"run-state", *status.run_state}})
                                       : error_json(status.run_state.error());
    return Json::object({{"guest", guest},
                         {"agent", status.agent ? *status.agent : error_json(status.agent.error())},
                         {"qemu", qemu}});
}

std::string plain(const Json& value) { return value.string().value_or(value.dump()); }

std::string last_sleep(const Json& record) {
    std::string text = plain(record["outcome"]) + " (" + plain(record["mode"]) + ")";
    if (const auto slept = record["slept-ms"].integer())
        text += ", slept " + std::to_string(*slept) + " ms";
    if (const auto error = record["error"].string()) text += ", " + *error;
    return text;
}

void print_agent(const Json& agent) {
    print_line(
        printable("agent:      " + plain(agent["state"]) + ", version " + plain(agent["version"])));
    print_line(printable("boot id:    " + plain(agent["boot-id"])));
    print_line(printable("resumes:    " + plain(agent["resume-count"])));
    if (agent["last"].is_object())
        print_line(printable("last sleep: " + last_sleep(agent["last"])));
}

void print(const GuestStatus& status) {
    print_line(printable("QEMU:       " + (status.run_state ? *status.run_state
                                                            : status.run_state.error().message)));
    if (status.agent) return print_agent(*status.agent);
    print_line(printable("agent:      " + status.agent.error().message));
}

Exit exit_of(const GuestStatus& status) {
    return status.agent || status.run_state ? Exit::Done : Exit::Unreachable;
}

}  // namespace

Exit status(const Words& words) {
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", nullptr}, {}};
    const auto rest = parse_options(kSynopsis, words, entries, 1, 1);
    if (!rest) return complain(rest.error());
    const Result<GuestSpec> spec = parse_guest_spec(rest->front());
    if (!spec) return complain(spec.error());

    const MainContext context;
    Guest guest(context.get(), *spec);
    const auto result =
        run<GuestStatus>(context.get(), [&](const auto& done) { guest.status(kLimit, done); });
    if (json == TRUE)
        print_line(to_json(rest->front(), result).dump());
    else
        print(result);
    return exit_of(result);
}

}  // namespace hypnos::cli
