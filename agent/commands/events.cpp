// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is going on, what went on, and who wants to be told.

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "hypnos/protocol/arguments.hpp"
#include "hypnos/protocol/power.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent::commands {
namespace {

/// The data of the event that told the end of the last transaction, or null.
Json last_record(const EventLog& events) {
    Json last;
    for (const EventLog::Entry& entry : events.entries()) {
        if (entry.event.data.has("outcome")) last = entry.event.data;
    }
    return last;
}

std::int64_t boottime_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(boottime()).count();
}

}  // namespace

CommandResult hypnos_status(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    Agent& agent = context.agent;
    agent.local_sleeps().check();
    const SuspendMachine& machine = agent.suspender().machine();
    Json status = Json::object({{"state", name_of(machine.state())},
                                {"version", HYPNOS_VERSION},
                                {"boot-id", agent.boot_id()},
                                {"boottime-us", boottime_us()},
                                {"last-seq", agent.events().last_seq()},
                                {"resume-count", agent.resume_count()}});
    if (machine.has_transaction()) status.set("transaction", machine.record().request.transaction);
    if (const Json last = last_record(agent.events()); !last.is_null()) status.set("last", last);
    return status;
}

CommandResult hypnos_events(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t since = given.optional_integer("since").value_or(0);
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    context.agent.local_sleeps().check();
    const EventLog& log = context.agent.events();
    Json found = Json::array();
    for (const EventLog::Entry& entry : log.entries()) {
        if (entry.seq > since) found.append(to_json(entry.event));
    }
    return Json::object(
        {{"boot-id", context.agent.boot_id()}, {"last-seq", log.last_seq()}, {"events", found}});
}

CommandResult hypnos_subscribe(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::optional<std::int64_t> since = given.optional_integer("since");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    context.session.subscribe(since);
    return Json::object(
        {{"boot-id", context.agent.boot_id()}, {"last-seq", context.agent.events().last_seq()}});
}

CommandResult hypnos_unsubscribe(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    context.session.unsubscribe();
    return Json::object();
}

}  // namespace hypnos::agent::commands
