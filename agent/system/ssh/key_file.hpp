// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A user's ~/.ssh/authorized_keys, without trust in what that user has put there: nothing is followed
// but the way to the home directory. To be used by a thread that has the user's rights.

#pragma once

#include <string>

#include "agent/system/ssh/user.hpp"
#include "glib/unique_fd.hpp"

namespace hypnos::agent {

class KeyFile {
  public:
    static constexpr std::size_t kSizeMax = std::size_t{1} << 20;

    /// Whether there is no ~/.ssh at all.
    [[nodiscard]] static bool is_missing(const User& user);

    /// Opens ~/.ssh; an error names what is there instead.
    [[nodiscard]] static Result<KeyFile> open(const User& user);

    /// The same, and makes it if it is not there.
    [[nodiscard]] static Result<KeyFile> make(const User& user);

    [[nodiscard]] Result<std::string> read() const;

    /// The same; empty if there is no such file.
    [[nodiscard]] Result<std::string> read_if_there() const;

    /// In one step, mode 0600.
    [[nodiscard]] Result<void> replace(const std::string& text) const;

  private:
    KeyFile(const User& user, UniqueFd directory) : user_(user), directory_(std::move(directory)) {}

    [[nodiscard]] Result<std::string> read_from(const UniqueFd& file) const;
    [[nodiscard]] std::string path() const;

    User user_;
    UniqueFd directory_;
};

}  // namespace hypnos::agent
