// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/ssh/key_file.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace hypnos::agent {
namespace {

constexpr const char* kDirectory = ".ssh";
constexpr const char* kFile = "authorized_keys";
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr int kHere = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

tl::unexpected<Error> cannot(const std::string& what, const std::string& path) {
    return fail("failed to " + what + " '" + path + "': " + g_strerror(errno));
}

/// Nobody else's: the user's own, or root's.
bool may_be_used(const struct stat& status, const User& user, mode_t type) {
    return (status.st_mode & S_IFMT) == type && (status.st_uid == user.uid || status.st_uid == 0);
}

Result<UniqueFd> open_home(const User& user) {
    UniqueFd home(open(user.home.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!home) return cannot("open directory", user.home);
    return home;
}

Result<UniqueFd> open_directory(const User& user, int home) {
    const std::string path = user.home + "/" + kDirectory;
    UniqueFd directory(openat(home, kDirectory, O_RDONLY | O_DIRECTORY | kHere));
    if (!directory) return cannot("open directory", path);
    struct stat status {};
    if (fstat(directory.get(), &status) != 0 || !may_be_used(status, user, S_IFDIR))
        return fail("failed to open directory '" + path + "': it belongs to another user");
    return directory;
}

bool write_all(int file, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t size = write(file, text.data() + done, text.size() - done);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return false;
        done += static_cast<std::size_t>(size);
    }
    return true;
}

/// Whether a new file of that name has this text, on disk.
bool write_new(int directory, const std::string& name, const std::string& text) {
    const UniqueFd file(
        openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | kHere, kFileMode));
    return file && fchmod(file.get(), kFileMode) == 0 && write_all(file.get(), text) &&
           fsync(file.get()) == 0;
}

}  // namespace

bool KeyFile::is_missing(const User& user) {
    struct stat status {};
    return lstat((user.home + "/" + kDirectory).c_str(), &status) != 0 && errno == ENOENT;
}

Result<KeyFile> KeyFile::open(const User& user) {
    const Result<UniqueFd> home = open_home(user);
    if (!home) return fail(home.error());
    Result<UniqueFd> directory = open_directory(user, home->get());
    if (!directory) return fail(directory.error());
    return KeyFile(user, std::move(*directory));
}

Result<KeyFile> KeyFile::make(const User& user) {
    const Result<UniqueFd> home = open_home(user);
    if (!home) return fail(home.error());
    if (mkdirat(home->get(), kDirectory, kDirectoryMode) != 0 && errno != EEXIST)
        return cannot("create directory", user.home + "/" + kDirectory);
    return open(user);
}

std::string KeyFile::path() const { return user_.home + "/" + kDirectory + "/" + kFile; }

Result<std::string> KeyFile::read() const {
    const UniqueFd file(openat(directory_.get(), kFile, O_RDONLY | kHere));
    if (!file) return cannot("read", path());
    return read_from(file);
}

Result<std::string> KeyFile::read_if_there() const {
    const UniqueFd file(openat(directory_.get(), kFile, O_RDONLY | kHere));
    if (!file && errno == ENOENT) return std::string();
    if (!file) return cannot("read", path());
    return read_from(file);
}

Result<std::string> KeyFile::read_from(const UniqueFd& file) const {
    struct stat status {};
    if (fstat(file.get(), &status) != 0 || !may_be_used(status, user_, S_IFREG))
        return fail("failed to read '" + path() + "': it is no file of that user's");
    std::string text(kSizeMax + 1, '\0');
    std::size_t done = 0;
    ssize_t size = 1;
    while (size > 0 && done < text.size()) {
        size = ::read(file.get(), text.data() + done, text.size() - done);
        done += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    }
    if (size < 0) return cannot("read", path());
    if (done > kSizeMax) return fail("failed to read '" + path() + "': it is larger than 1 MiB");
    text.resize(done);
    return text;
}

Result<void> KeyFile::replace(const std::string& text) const {
    const std::string name = "." + std::string(kFile) + "." + std::to_string(g_random_int());
    const bool replaced = write_new(directory_.get(), name, text) &&
                          renameat(directory_.get(), name.c_str(), directory_.get(), kFile) == 0;
    if (replaced) return {};
    const int error = errno;
    unlinkat(directory_.get(), name.c_str(), 0);
    errno = error;
    return cannot("write to", path());
}

}  // namespace hypnos::agent
