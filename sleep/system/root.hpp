// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The directory under which everything the agent reads or writes lives: "/" in a guest, a directory
// made by hand in a test. Nothing in agent/system opens a path that has not come
// through here.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos::sleep {

class Root {
  public:
    /// `directory`: "/" or a path without a trailing slash.
    explicit Root(const std::string& directory) : prefix_(directory == "/" ? "" : directory) {}

    /// The real path of an absolute one.
    [[nodiscard]] std::string path(const std::string& absolute) const { return prefix_ + absolute; }

    /// The whole text of a file without its last newline, or nothing if it cannot be read.
    [[nodiscard]] std::optional<std::string> read(const std::string& absolute) const;

    /// The same, to the last byte.
    [[nodiscard]] std::optional<std::string> contents(const std::string& absolute) const;

    /// As read(), with an error that says why.
    [[nodiscard]] Result<std::string> load(const std::string& absolute) const;

    /// The same; empty if it cannot be read.
    [[nodiscard]] std::string text(const std::string& absolute) const {
        return read(absolute).value_or("");
    }

    /// Whether something is there; of a link, whether what it leads to is.
    [[nodiscard]] bool has(const std::string& absolute) const;

    /// One write(2) into an existing file, as files of sysfs want it. Returns errno, 0 on success.
    [[nodiscard]] int write(const std::string& absolute, const std::string& text) const;

    /// The names in a directory, sorted; none if it cannot be read.
    [[nodiscard]] std::vector<std::string> list(const std::string& absolute) const;

    /// Whether this is the machine itself, and not a directory made by hand.
    [[nodiscard]] bool is_system() const { return prefix_.empty(); }

    /// Puts a file in place of another in one step; makes the directory that holds it.
    [[nodiscard]] Result<void> replace(const std::string& absolute, const std::string& text) const;

    /// The same, and returns when both file and name are on disk (fsync(2)).
    [[nodiscard]] Result<void> replace_durably(const std::string& absolute, const std::string& text,
                                               int mode = 0644) const;

    /// Removes a file, if it is there.
    void remove(const std::string& absolute) const;

  private:
    [[nodiscard]] Result<void> replace(const std::string& absolute, const std::string& text,
                                       int flags, int mode) const;

    std::string prefix_;
};

}  // namespace hypnos::sleep
