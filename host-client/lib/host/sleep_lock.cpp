// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/sleep_lock.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace hypnos {
namespace {

constexpr const char* kDirectory = "/run/hypnos";
constexpr const char* kLock = "/run/hypnos/host.lock";

}  // namespace

Result<SleepLock> SleepLock::take(const sleep::Root& root) {
    g_mkdir_with_parents(root.path(kDirectory).c_str(), 0755);
    UniqueFd fd(open(root.path(kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        return fail(std::string("cannot open ") + kLock + ": " + g_strerror(errno) +
                    "; putting the host to sleep takes root");
    fchmod(fd.get(), 0600);  // who may open it may hold it
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return SleepLock(std::move(fd));
    return fail(ErrorCode::Refused,
                "another sleep of this host is under way: " + root.text(kLock) +
                    "; wait for its end, or call it off with hypnosctl host cancel");
}

void SleepLock::note(const std::string& operation) const {
    const std::string text =
        "operation " + operation + " of process " + std::to_string(getpid()) + "\n";
    if (ftruncate(fd_.get(), 0) != 0 ||
        pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        g_warning("cannot write %s: %s", kLock, g_strerror(errno));
}

}  // namespace hypnos
