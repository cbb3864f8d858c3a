// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/path_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace hypnos::agent {
namespace {

constexpr unsigned kChanges =
    IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_CLOSE | IN_DELETE_SELF | IN_MOVE_SELF;

std::string parent(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void PathWatch::arm(const std::string& path, glib::Callback changed) {
    inotify_ = UniqueFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    std::string watched = path;
    while (inotify_add_watch(inotify_.get(), watched.c_str(), kChanges) < 0 &&
           watched != parent(watched))
        watched = parent(watched);
    source_ = glib::watch(nullptr, inotify_.get(), G_IO_IN,
                          [fd = inotify_.get(), changed = std::move(changed)] {
                              std::array<char, 4096> events{};
                              while (read(fd, events.data(), events.size()) > 0) {
                              }
                              changed();
                          });
}

void PathWatch::disarm() {
    source_.reset();
    inotify_ = UniqueFd();
}

}  // namespace hypnos::agent
