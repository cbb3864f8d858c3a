// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A file that says something until it is removed, or the machine boots anew.

#pragma once

#include <string>

#include "sleep/system/root.hpp"

namespace hypnos::agent {

using sleep::Root;

class BootMarker {
  public:
    BootMarker(const Root& root, std::string path) : root_(root), path_(std::move(path)) {}

    /// Made in this boot; one that does not say which, as qemu-ga's, is believed.
    [[nodiscard]] bool is_there() const;
    /// Returns when it is on disk.
    [[nodiscard]] Result<void> put() const;
    void remove() const { root_.remove(path_); }

  private:
    Root root_;
    std::string path_;
};

}  // namespace hypnos::agent
