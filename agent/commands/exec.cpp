// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Programs that a host runs in the guest.

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "agent/core/base64.hpp"
#include "hypnos/protocol/arguments.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent::commands {
namespace {

Result<Json> start(ExecutionTable& table, const Program& program, const std::string& input) {
    table.tidy(boottime());
    if (Result<void> room = table.check_room(); !room) return fail(room.error());
    Result<StartedProgram> started = start_program(program);
    if (!started) return fail(started.error());
    const int pid = started->pid;
    table.add(pid, Execution::follow(std::move(*started), input));
    return Json::object({{"pid", pid}});
}

/// Everything after the path.
std::vector<std::string> with_arguments(const std::string& path,
                                        const std::optional<std::vector<std::string>>& rest) {
    std::vector<std::string> all = {path};
    if (rest) all.insert(all.end(), rest->begin(), rest->end());
    return all;
}

}  // namespace

/// Arguments are not logged: they may be secrets.
CommandResult guest_exec(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::string path = given.string("path");
    Program program;
    program.arguments = with_arguments(path, given.optional_strings("arg"));
    program.environment = given.optional_strings("env");
    const std::optional<std::string> input = given.optional_string("input-data");
    const Result<Capture> capture = capture_mode(given.optional_value("capture-output"));
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    if (!capture) return fail(capture.error());
    const Result<std::string> bytes = base64_decode(input.value_or(""));
    if (!bytes) return fail(bytes.error());
    program.capture = *capture;
    program.has_input = input.has_value();
    g_message("guest-exec: %s", in_quotes(path).c_str());
    context.agent.executions().tidy_later();
    return run_job(context, "start " + in_quotes(path),
                   [table = context.agent.executions().table(), program, bytes = *bytes] {
                       return start(*table, program, bytes);
                   });
}

CommandResult guest_exec_status(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::int64_t pid = given.integer("pid");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    const Result<std::shared_ptr<const ExecResult>> result =
        context.agent.executions().table()->read(pid, boottime());
    if (!result) return fail(result.error());
    context.agent.executions().tidy_later();
    return run_job(context, "tell what PID " + std::to_string(pid) + " has printed",
                   [result = *result]() -> Result<Json> { return to_json(result.get()); });
}

}  // namespace hypnos::agent::commands
