// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/helper.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hypnos::agent {
namespace {

/// Programs that a helper may need, and no words but those that we know.
const std::vector<std::string>& environment() {
    static const std::vector<std::string> variables = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
    return variables;
}

/// The end to read from of a pipe that holds this, or nothing.
UniqueFd pipe_with(std::string_view text) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return {};
    UniqueFd reading(ends[0]), writing(ends[1]);
    fcntl(reading.get(), F_SETFL, 0);  // its reader expects one that blocks
    const bool all =
        write(writing.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return all ? std::move(reading) : UniqueFd();
}

std::string paths(const std::vector<std::vector<std::string>>& programs) {
    std::string list;
    for (const std::vector<std::string>& program : programs)
        list += (list.empty() ? "" : ", ") + program.front();
    return list;
}

std::string how_it_ended(const Child::Exit& exit) {
    const std::string said = exit.output.substr(0, exit.output.find_last_not_of("\n ") + 1);
    const std::string how = exit.timed_out ? " did not end in time"
                                           : " ended with status " + std::to_string(exit.status);
    return how + (said.empty() ? "" : ": " + said);
}

}  // namespace

void Helper::run(const Task& task, const Caller& caller) {
    if (caller_) return reply_(caller, fail(task.failure + ": another one runs; try again"));
    const std::vector<std::string> program = first_there(task);
    if (program.empty())
        return reply_(caller,
                      fail(task.failure + ": the guest has none of " + paths(task.programs)));
    const UniqueFd input = pipe_with(task.input);
    if (!input) return reply_(caller, fail(task.failure + ": no pipe to its input"));
    caller_ = caller;
    failure_ = task.failure;
    success_ = task.success;
    child_.start({program, environment(), input.get()}, kLimit,
                 [this, path = program.front()](const Child::Exit& exit) { ended(path, exit); });
}

std::vector<std::string> Helper::first_there(const Task& task) const {
    for (std::vector<std::string> program : task.programs) {
        program.front() = root_.path(program.front());
        if (access(program.front().c_str(), X_OK) == 0) return program;
    }
    return {};
}

void Helper::ended(const std::string& program, const Child::Exit& exit) {
    if (exit.status == 0) return finish(success_);
    finish(fail(failure_ + ": " + program + how_it_ended(exit)));
}

void Helper::finish(const CommandResult& result) {
    const Caller caller = *std::exchange(caller_, {});
    reply_(caller, result);
}

}  // namespace hypnos::agent
