// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Makes a process seem to hang in the kernel: traced with PTRACE_O_TRACEEXIT it stops on its way to
// the end, SIGKILL or not (ptrace(2)). It is let go with this object.

#pragma once

#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>

namespace hypnos::test {

class Unkillable {
  public:
    explicit Unkillable(pid_t pid)
        : pid_(pid), traced_(ptrace(PTRACE_SEIZE, pid, nullptr, PTRACE_O_TRACEEXIT) == 0) {}
    Unkillable(const Unkillable&) = delete;
    Unkillable& operator=(const Unkillable&) = delete;
    ~Unkillable() {
        if (!traced_) return;
        waitpid(pid_, nullptr, __WALL);
        ptrace(PTRACE_DETACH, pid_, nullptr, nullptr);
    }

    /// False where tracing is forbidden.
    explicit operator bool() const { return traced_; }

  private:
    pid_t pid_;
    bool traced_;
};

}  // namespace hypnos::test
