// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/exec/program.hpp"

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "agent/system/hooks/argv.hpp"

namespace hypnos::agent {
namespace {

/// What a program could take for its own: systemd.exec(5).
constexpr std::array<std::string_view, 8> kOurs = {
    "NOTIFY_SOCKET", "WATCHDOG_USEC",  "WATCHDOG_PID",  "LISTEN_PID",
    "LISTEN_FDS",    "LISTEN_FDNAMES", "INVOCATION_ID", "G_MESSAGES_DEBUG"};

/// What programs find that systemd starts; the agent's own is stricter.
constexpr mode_t kUsualUmask = 022;

/// Our ends of its pipes; -1 where there is none.
struct Pipes {
    int input = -1, output = -1, errors = -1;
};

bool wants_output(Capture capture) {
    return capture != Capture::None && capture != Capture::Stderr;
}

bool wants_errors(Capture capture) {
    return capture == Capture::Stderr || capture == Capture::Separated;
}

GSpawnFlags flags_for(Capture capture) {
    return static_cast<GSpawnFlags>(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH |
                                    G_SPAWN_CLOEXEC_PIPES |
                                    (wants_output(capture) ? 0 : G_SPAWN_STDOUT_TO_DEV_NULL) |
                                    (wants_errors(capture) ? 0 : G_SPAWN_STDERR_TO_DEV_NULL));
}

/// In the child, before exec.
void prepare_child(gpointer capture) {
    setsid();
    umask(kUsualUmask);
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (*static_cast<const Capture*>(capture) == Capture::Merged)
        dup2(STDOUT_FILENO, STDERR_FILENO);
}

Result<int> spawn(const Program& program, Pipes& pipes) {
    Capture capture = program.capture;
    int pid = 0;
    GError* error = nullptr;
    const std::vector<std::string> environment =
        program.environment ? *program.environment : inherited_environment();
    if (g_spawn_async_with_pipes(nullptr, pointers(program.arguments).data(),
                                 pointers(environment).data(), flags_for(capture), prepare_child,
                                 &capture, &pid, program.has_input ? &pipes.input : nullptr,
                                 wants_output(capture) ? &pipes.output : nullptr,
                                 wants_errors(capture) ? &pipes.errors : nullptr, &error) == TRUE)
        return pid;
    const std::string why = error->message;
    g_error_free(error);
    return fail("Guest agent command failed, error was '" + why + "'");
}

UniqueFd own(int fd) {
    if (fd >= 0) fcntl(fd, F_SETFL, O_NONBLOCK);
    return UniqueFd(fd);
}

}  // namespace

std::vector<std::string> inherited_environment() {
    std::vector<std::string> result;
    gchar** const variables = g_get_environ();
    for (gchar** variable = variables; *variable != nullptr; ++variable) {
        const std::string text = *variable;
        if (std::find(kOurs.begin(), kOurs.end(), text.substr(0, text.find('='))) == kOurs.end())
            result.push_back(text);
    }
    g_strfreev(variables);
    return result;
}

Result<StartedProgram> start_program(const Program& program) {
    Pipes pipes;
    const Result<int> pid = spawn(program, pipes);
    if (!pid) return fail(pid.error());
    StartedProgram started;
    started.pid = *pid;
    started.pidfd = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
    started.input = own(pipes.input);
    started.output = own(pipes.output);
    started.errors = own(pipes.errors);
    return started;
}

}  // namespace hypnos::agent
