// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/boot_sync.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "glib/unique_fd.hpp"

namespace hypnos::setup {
namespace {

/// A process of its own that only SIGKILL ends, so that whoever ends hypnos-setup leaves nothing
/// frozen.
[[noreturn]] void freeze_and_thaw(int file) {
    sigset_t all{};
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    setsid();
    if (ioctl(file, FIFREEZE, 0) == 0) ioctl(file, FITHAW, 0);
    _exit(0);
}

}  // namespace

void sync_for_boot_loader(const std::string& real_path) {
    const UniqueFd file(open(real_path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || syncfs(file.get()) != 0) return;
    const pid_t freezer = fork();
    if (freezer == 0) freeze_and_thaw(file.get());
    if (freezer > 0) waitpid(freezer, nullptr, 0);
}

}  // namespace hypnos::setup
