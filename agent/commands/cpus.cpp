// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The guest's CPUs: which there are, on or off, and how busy.

#include "agent/system/machine/cpus.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "agent/system/machine/load.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

constexpr std::array kTimes = {"user", "nice",    "system", "idle",  "iowait",
                               "irq",  "softirq", "steal",  "guest", "guestnice"};

/// What a CPU shall be.
struct Wanted {
    std::int64_t number = 0;
    bool online = false;
};

Wanted read_wanted(Arguments& cpu) {
    const Wanted wanted{cpu.integer("logical-id"), cpu.boolean("online")};
    cpu.optional_boolean("can-offline");
    return wanted;
}

Result<Json> list(const Root& root) {
    const Result<std::vector<Cpu>> cpus = read_cpus(root);
    if (!cpus) return fail(cpus.error());
    Json result = Json::array();
    for (const Cpu& cpu : *cpus)
        result.append(Json::object({{"logical-id", cpu.number},
                                    {"online", cpu.online},
                                    {"can-offline", cpu.can_offline}}));
    return result;
}

/// How many are as wanted, up to the first that cannot be; an error only if that is the first of all.
Result<Json> switch_all(const Root& root, const std::vector<Wanted>& all) {
    std::int64_t done = 0;
    for (const auto& [number, online] : all) {
        const Result<void> switched = switch_cpu(root, number, online);
        if (!switched && done == 0) return fail(switched.error());
        if (!switched) break;
        ++done;
    }
    return Json(done);
}

Json shown(const CpuTimes& times) {
    Json result = Json::object({{"type", "linux"}, {"cpu", times.cpu}});
    const std::size_t count = std::min(times.milliseconds.size(), kTimes.size());
    for (std::size_t i = 0; i < count; ++i) result.set(kTimes[i], times.milliseconds[i]);
    return result;
}

}  // namespace

CommandResult guest_get_vcpus(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return run_job(context, "list the CPUs", [root = context.agent.root()] { return list(root); });
}

CommandResult guest_set_vcpus(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::vector<Wanted> wanted = given.list("vcpus", read_wanted);
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return run_job(context, "switch CPUs",
                   [root = context.agent.root(), wanted] { return switch_all(root, wanted); });
}

CommandResult guest_get_cpustats(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const Result<std::string> stat = context.agent.root().load("/proc/stat");
    if (!stat) return fail(stat.error());
    Json result = Json::array();
    for (const CpuTimes& times : parse_cpu_times(*stat, sysconf(_SC_CLK_TCK)))
        result.append(shown(times));
    return result;
}

CommandResult guest_get_load(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const Result<std::string> text = context.agent.root().load("/proc/loadavg");
    if (!text) return fail(text.error());
    const std::optional<LoadAverage> load = parse_load(*text);
    if (!load) return fail("/proc/loadavg does not begin with three numbers: " + in_quotes(*text));
    return Json::object(
        {{"load1m", load->one}, {"load5m", load->five}, {"load15m", load->fifteen}});
}

}  // namespace hypnos::agent::commands
