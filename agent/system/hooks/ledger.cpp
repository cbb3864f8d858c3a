// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/ledger.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include "sleep/core/number.hpp"

namespace hypnos::agent {
namespace {

/// $0 is the call's file, $@ the hook and its arguments. SIGTERM goes to the whole group: it is for
/// the hook, and the trap (which a child does not inherit) lets the supervisor outlast it. The hook
/// has no part in the supervisor's input, for it may leave something running.
constexpr const char* kSupervisor =
    "trap : TERM; echo $$ >\"$0.pid\"; "
    "(exec </dev/null >\"$0.out\" 2>&1; exec \"$@\"); "
    "status=$?; echo $status >\"$0\"; exit $status";

/// As a name of one level: system-sleep/x becomes system-sleep%2fx, and nothing becomes "..".
std::string one_level(const std::string& name) {
    std::string result;
    for (const char c : name) {
        if (c == '%')
            result += "%25";
        else if (c == '/')
            result += "%2f";
        else if (c == '.' && result.empty())
            result += "%2e";
        else
            result += c;
    }
    return result;
}

std::string directory_of(const std::string& transaction) {
    return "/run/hypnos/hooks/" + one_level(transaction);
}

std::string directory_of(const HookCall& call) {
    return directory_of(call.transaction) + "/" + one_level(call.hook);
}

std::string file_of(const HookCall& call) {
    return directory_of(call) + "/" + std::string(name_of(call.phase));
}

std::optional<int> read_number(const Root& root, const std::string& file) {
    return whole_number<int>(root.text(file));
}

bool is_locked(const UniqueFd& fifo) {
    if (flock(fifo.get(), LOCK_EX | LOCK_NB) != 0) return true;
    flock(fifo.get(), LOCK_UN);
    return false;
}

Error failure(const std::string& what, const std::string& file) {
    const int os_error = errno;
    return {ErrorCode::Generic, "cannot " + what + " " + file +
                                    ", which running a hook needs: " + g_strerror(os_error)};
}

}  // namespace

HookLedger::State HookLedger::look_up(const HookCall& call) const {
    const std::string file = file_of(call);
    UniqueFd output(::open(root_.path(file + ".out").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    // The lock first: a supervisor notes the status, then lets go.
    if (!output || !is_locked(output)) return {false, std::nullopt, read_number(root_, file)};
    const auto pid = read_number(root_, file + ".pid");
    if (!pid) return {true, std::nullopt, std::nullopt};
    UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
    // Still locked: then the pid was the supervisor's when it was opened. Else it is just ending.
    if (!pidfd || !is_locked(output)) return {true, std::nullopt, std::nullopt};
    return {true, Child::Process{*pid, std::move(pidfd), std::move(output)}, std::nullopt};
}

bool HookLedger::was_begun(const HookCall& call) const {
    return look_up(call).is_running || read_number(root_, file_of(call) + ".pid");
}

Result<HookLedger::Entry> HookLedger::open(const HookCall& call,
                                           const std::vector<std::string>& arguments) const {
    const std::string directory = root_.path(directory_of(call));
    if (g_mkdir_with_parents(directory.c_str(), 0700) != 0) return fail(failure("make", directory));
    const std::string file = root_.path(file_of(call));
    const std::string fifo = file + ".out";
    for (const std::string& old : {fifo, file + ".pid"}) unlink(old.c_str());
    if (mkfifo(fifo.c_str(), 0600) != 0) return fail(failure("make", fifo));
    Entry entry{{"/bin/sh", "-c", kSupervisor, file},
                UniqueFd(::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)),
                UniqueFd(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC))};
    if (!entry.input || !entry.output) return fail(failure("open", fifo));
    if (flock(entry.input.get(), LOCK_EX | LOCK_NB) != 0) return fail(failure("lock", fifo));
    entry.arguments.insert(entry.arguments.end(), arguments.begin(), arguments.end());
    return entry;
}

void HookLedger::close(const HookCall& call, int status) const {
    const Result<void> noted = root_.replace(file_of(call), std::to_string(status) + "\n");
    if (!noted) g_warning("hooks: %s", noted.error().message.c_str());
}

void HookLedger::forget(const std::string& transaction) const {
    std::error_code ignored;
    std::filesystem::remove_all(root_.path(directory_of(transaction)), ignored);
}

}  // namespace hypnos::agent
