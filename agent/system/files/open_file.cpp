// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/files/open_file.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hypnos::agent {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{1} << 20;
constexpr int kAlways = O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
constexpr mode_t kNewFile = 0666;

int open_existing(const std::string& path, int flags) {
    return open(path.c_str(), (flags & ~O_CREAT) | kAlways);
}

/// Fails with EEXIST if it is there: then its mode is its owner's business.
int create(const std::string& path, int flags) {
    const int fd = open(path.c_str(), flags | O_EXCL | kAlways, 0);
    if (fd >= 0) fchmod(fd, kNewFile);
    return fd;
}

int open_or_create(const std::string& path, int flags) {
    const int fd = open_existing(path, flags);
    if (fd >= 0 || errno != ENOENT || (flags & O_CREAT) == 0) return fd;
    const int created = create(path, flags);
    const bool appeared_meanwhile = created < 0 && errno == EEXIST;
    return appeared_meanwhile ? open_existing(path, flags) : created;
}

Result<void> failure(const char* what) {
    return fail(std::string("failed to ") + what + ": " + g_strerror(errno));
}

}  // namespace

std::shared_ptr<OpenFile> OpenFile::open(const std::string& path, int flags, int& error) {
    UniqueFd fd(open_or_create(path, flags));
    error = errno;
    return fd ? std::make_shared<OpenFile>(std::move(fd)) : nullptr;
}

Result<OpenFile::Chunk> OpenFile::read(std::size_t count) const {
    Chunk chunk;
    while (chunk.bytes.size() < count && !chunk.at_end) {
        const std::size_t had = chunk.bytes.size();
        chunk.bytes.resize(had + std::min(count - had, kReadAtOnce));
        const ssize_t size = ::read(fd_.get(), chunk.bytes.data() + had, chunk.bytes.size() - had);
        const int error = errno;
        chunk.bytes.resize(had + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        if (size < 0 && error == EINTR) continue;
        if (size < 0 && had > 0) break;
        errno = error;
        if (size < 0) return fail(failure("read file").error());
        chunk.at_end = size == 0;
    }
    return chunk;
}

Result<std::size_t> OpenFile::write(std::string_view bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t size = ::write(fd_.get(), bytes.data() + done, bytes.size() - done);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN && done > 0) break;
        if (size < 0) return fail(failure("write to file").error());
        done += static_cast<std::size_t>(size);
    }
    return done;
}

Result<std::int64_t> OpenFile::seek(std::int64_t offset, int whence) const {
    const off_t position = lseek(fd_.get(), offset, whence);
    if (position < 0) return fail(failure("seek file").error());
    return position;
}

/// The system tells it of each descriptor of the file, so that of a copy will do.
Result<void> OpenFile::check_closing() const {
    const int copy = fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0);
    if (copy >= 0 && close(copy) != 0) return failure("close handle");
    return {};
}

}  // namespace hypnos::agent
