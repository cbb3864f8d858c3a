// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/path_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace hypnos::sleep {
namespace {

/// Of the path itself: it may be opened now.
constexpr unsigned kReleased = IN_ATTRIB | IN_CLOSE | IN_DELETE_SELF | IN_MOVE_SELF;
/// Of a directory above it: it may be there now.
constexpr unsigned kAppeared = IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

std::string parent(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

void PathWatch::arm(const std::string& path, glib::Callback changed) {
    inotify_ = UniqueFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (inotify_add_watch(inotify_.get(), path.c_str(), kReleased) < 0) watch_above(path);
    source_ = glib::watch(nullptr, inotify_.get(), G_IO_IN,
                          [fd = inotify_.get(), changed = std::move(changed)] {
                              std::array<char, 4096> events{};
                              while (read(fd, events.data(), events.size()) > 0) {
                              }
                              changed();
                          });
}

void PathWatch::watch_above(const std::string& path) {
    const std::string directory = parent(path);
    const int added = inotify_add_watch(inotify_.get(), directory.c_str(), kAppeared);
    if (added < 0 && directory != path) watch_above(directory);
}

void PathWatch::disarm() {
    source_.reset();
    inotify_ = UniqueFd();
}

}  // namespace hypnos::sleep
