// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/background.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace hypnos::agent {
namespace {

tl::unexpected<Error> cannot(const std::string& what) {
    return fail("cannot " + what + ": " + g_strerror(errno));
}

/// A byte means that the other is ready; without one it has ended, and said why.
[[noreturn]] void wait_for(pid_t child, int ready) {
    char byte = 0;
    if (read(ready, &byte, 1) == 1) _exit(EXIT_SUCCESS);
    int status = 0;
    waitpid(child, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

}  // namespace

Background::~Background() {
    if (pid_lock_) unlink(pidfile_.c_str());
}

Result<void> Background::enter(const std::string& pidfile) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return cannot("make a pipe");
    const UniqueFd read_end(ends[0]);
    ready_ = UniqueFd(ends[1]);
    const pid_t child = fork();
    if (child < 0) return cannot("fork");
    if (child > 0) {
        ready_ = UniqueFd();
        wait_for(child, read_end.get());
    }
    setsid();
    umask(0077);
    if (chdir("/") != 0) return cannot("go to /");
    return write_pid(pidfile);
}

Result<void> Background::write_pid(const std::string& pidfile) {
    UniqueFd file(open(pidfile.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return cannot("open the PID file " + pidfile);
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return fail("another agent runs already: it has locked " + pidfile);
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(file.get(), 0) != 0 || write(file.get(), pid.data(), pid.size()) < 0)
        return cannot("write the PID file " + pidfile);
    pidfile_ = pidfile;
    pid_lock_ = std::move(file);
    return {};
}

void Background::ready() {
    if (!ready_) return;
    const UniqueFd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing.get(), fd);
    [[maybe_unused]] const ssize_t told = write(ready_.get(), "", 1);
    ready_ = UniqueFd();
}

}  // namespace hypnos::agent
