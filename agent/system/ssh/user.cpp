// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/ssh/user.hpp"

#include <glib.h>
#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>

namespace hypnos::agent {
namespace {

/// Enough for any entry of a user.
using Buffer = std::array<char, 16384>;

/// More groups than this are left out.
constexpr int kGroupsMax = 1024;

std::vector<gid_t> groups_of(const passwd& entry) {
    std::vector<gid_t> groups(kGroupsMax);
    int count = kGroupsMax;
    if (getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0) count = kGroupsMax;
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

User user_of(const passwd& entry, const Root& root) {
    return {.name = entry.pw_name,
            .uid = entry.pw_uid,
            .gid = entry.pw_gid,
            .groups = root.is_system() ? groups_of(entry) : std::vector{entry.pw_gid},
            .home = root.path(entry.pw_dir)};
}

/// 0 and `found` null: there is none.
int look_up(const std::string& name, passwd& entry, Buffer& buffer, passwd*& found) {
    return getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
}

/// The same in a file.
int look_up_in(const std::string& file, const std::string& name, passwd& entry, Buffer& buffer,
               passwd*& found) {
    const std::unique_ptr<FILE, int (*)(FILE*)> stream(fopen(file.c_str(), "re"), fclose);
    if (!stream) return errno;
    while (fgetpwent_r(stream.get(), &entry, buffer.data(), buffer.size(), &found) == 0) {
        if (name == entry.pw_name) return 0;
    }
    found = nullptr;
    return 0;
}

/// Of this thread: glibc's function would change all threads of the process. Where there are two calls
/// the older one has ids of 16 bits.
bool set_groups(const std::vector<gid_t>& groups) {
#ifdef SYS_setgroups32
    return syscall(SYS_setgroups32, groups.size(), groups.data()) == 0;
#endif
    return syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

/// setfsuid(2) and setfsgid(2) tell nothing but what was before.
constexpr unsigned kAsk = static_cast<unsigned>(-1);

bool set_file_ids(const User& user) {
    setfsgid(user.gid);
    setfsuid(user.uid);
    return static_cast<gid_t>(setfsgid(kAsk)) == user.gid &&
           static_cast<uid_t>(setfsuid(kAsk)) == user.uid;
}

}  // namespace

Result<User> find_user(const Root& root, const std::string& name) {
    Buffer buffer{};
    passwd entry{};
    passwd* found = nullptr;
    const int error = root.is_system()
                          ? look_up(name, entry, buffer, found)
                          : look_up_in(root.path("/etc/passwd"), name, entry, buffer, found);
    if (found != nullptr) return user_of(*found, root);
    return fail("failed to lookup user " + in_quotes(name) + ": " +
                (error != 0 ? g_strerror(error) : "there is no such user"));
}

Result<void> take_rights_of(const User& user) {
    if (geteuid() != 0) return {};
    if (set_groups(user.groups) && set_file_ids(user)) return {};
    return fail("cannot act as user " + in_quotes(user.name) + ": " + g_strerror(EPERM) +
                "; the agent needs CAP_SETUID and CAP_SETGID");
}

}  // namespace hypnos::agent
