// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "agent/system/hooks/argv.hpp"
#include "agent/system/hooks/process_group.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {

using namespace sleep;

namespace {

using std::chrono::milliseconds;

constexpr int kCannotStart = 127;
constexpr int kTimedOut = 124;

/// How often a group that was killed is looked at.
constexpr milliseconds kGroupPoll{10};

// pidfd_open(2), Linux 5.3; glibc has no wrapper before 2.36.
int open_pidfd(int pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

/// In the child, before exec: a session of its own, so that one kill reaches all it starts.
void lead_session(gpointer input) {
    setsid();
    umask(022);
    signal(SIGPIPE, SIG_DFL);
    dup2(STDOUT_FILENO, STDERR_FILENO);
    if (const int fd = GPOINTER_TO_INT(input); fd >= 0) dup2(fd, STDIN_FILENO);
}

int exit_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

void Child::start(const Command& command, milliseconds limit, Done done, UniqueFd output) {
    begin(limit, std::move(done));
    output_ = std::move(output);
    spawn(command);
    if (pid_ == 0) {
        timer_ = glib::soon(nullptr, [this] { finish(); });
        return;
    }
    pidfd_ = UniqueFd(open_pidfd(pid_));
    watch_process(limit);
}

void Child::adopt(Process process, milliseconds limit, Done done) {
    begin(limit, std::move(done));
    pid_ = process.pid;
    pidfd_ = std::move(process.pidfd);
    output_ = std::move(process.output);
    watch_process(limit);
}

void Child::begin(milliseconds limit, Done done) {
    done_ = std::move(done);
    exit_ = {};
    started_ = boottime();
    grace_ = std::clamp(limit / 2, kShortestGrace, kLongestGrace);
}

void Child::spawn(const Command& command) {
    GError* error = nullptr;
    int output = -1;
    const int silence = output_ ? G_SPAWN_STDOUT_TO_DEV_NULL : 0;
    const auto flags =
        static_cast<GSpawnFlags>(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES | silence);
    if (g_spawn_async_with_pipes("/", pointers(command.arguments).data(),
                                 pointers(command.environment).data(), flags, lead_session,
                                 GINT_TO_POINTER(command.input), &pid_, nullptr,
                                 output_ ? nullptr : &output, nullptr, &error) == FALSE)
        return spawn_failed(error);
    if (output_) return;
    output_ = UniqueFd(output);
    fcntl(output_.get(), F_SETFL, O_NONBLOCK);
}

void Child::spawn_failed(GError* error) {
    exit_.status = kCannotStart;
    exit_.output = error->message;
    g_error_free(error);
    pid_ = 0;
}

void Child::watch_process(milliseconds limit) {
    exit_watch_ = glib::watch(nullptr, pidfd_.get(), G_IO_IN, [this] { reap(); });
    output_watch_ =
        glib::watch(nullptr, output_.get(), static_cast<GIOCondition>(G_IO_IN | G_IO_HUP),
                    [this] { read_output(); });
    timer_ = glib::after(nullptr, limit, [this] { stop(); });
}

void Child::read_output() {
    std::array<char, 4096> chunk{};
    const ssize_t size = read(output_.get(), chunk.data(), chunk.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return output_watch_.reset();
    const std::size_t room = kOutputKept - exit_.output.size();
    exit_.output.append(chunk.data(), std::min(room, static_cast<std::size_t>(size)));
}

void Child::stop() {
    if (pid_ == 0 || exit_.timed_out) return;
    exit_.timed_out = true;
    escalate(SIGTERM, grace_);
}

void Child::escalate(int signal_number, milliseconds grace) {
    kill(-pid_, signal_number);
    timer_ = glib::after(nullptr, grace, [this, signal_number] {
        if (signal_number == SIGTERM)
            escalate(SIGKILL, kKillGrace);
        else
            abandon();
    });
}

void Child::reap() {
    if (exit_.timed_out) kill(-pid_, SIGKILL);  // what it left behind in its group
    killed_ = boottime();
    int wait_status = 0;
    const bool is_ours = waitpid(pid_, &wait_status, WNOHANG) == pid_;
    exit_.status = is_ours ? exit_status(wait_status) : 128 + SIGKILL;
    exit_watch_.reset();
    if (output_watch_) read_output();
    if (exit_.timed_out)
        await_group();
    else
        finish();
}

void Child::await_group() {
    if (!group_lives(pid_)) return finish();
    if (boottime() - killed_ >= kKillGrace) return abandon();
    timer_ = glib::after(nullptr, kGroupPoll, [this] { await_group(); });
}

void Child::abandon() {
    g_warning("process group %d does not end, even after SIGKILL: it hangs in the kernel", pid_);
    exit_.stuck = true;
    finish();
}

void Child::finish() {
    if (exit_.timed_out) exit_.status = kTimedOut;
    exit_.took = std::chrono::duration_cast<milliseconds>(boottime() - started_);
    exit_watch_.reset();
    output_watch_.reset();
    timer_.reset();
    output_ = {};
    pid_ = 0;
    const Done done = std::move(done_);
    const Exit exit = std::move(exit_);  // done may start the next command
    done(exit);
}

}  // namespace hypnos::agent
