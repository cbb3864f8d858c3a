// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A file that a host has open. Every call may block, and is made on a job's thread; one at a time, so
// take the turn first.

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

class OpenFile {
  public:
    struct Chunk {
        std::string bytes;
        bool at_end = false;  ///< the end came before all bytes that were asked for
    };

    explicit OpenFile(UniqueFd fd) : fd_(std::move(fd)) {}

    /// `flags` of open(2). Non-blocking; a new file gets mode 0666 whatever the umask is. errno is in
    /// `error` if it returns null.
    [[nodiscard]] static std::shared_ptr<OpenFile> open(const std::string& path, int flags,
                                                        int& error);

    /// Whose turn it is. A second job waits for the first.
    [[nodiscard]] std::timed_mutex& turn() { return turn_; }

    /// As many bytes, or all that there are now. An error only if there are none.
    [[nodiscard]] Result<Chunk> read(std::size_t count) const;

    /// How many were written: fewer only if a pipe or device takes no more now.
    [[nodiscard]] Result<std::size_t> write(std::string_view bytes) const;

    /// `whence` of lseek(2). The new position.
    [[nodiscard]] Result<std::int64_t> seek(std::int64_t offset, int whence) const;

    /// What the file system says when a descriptor is closed, such as NFS about bytes that it had not
    /// yet written.
    [[nodiscard]] Result<void> check_closing() const;

  private:
    UniqueFd fd_;
    std::timed_mutex turn_;
};

}  // namespace hypnos::agent
