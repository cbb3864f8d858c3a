// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The initramfs of each kernel in /boot: looked into, and made anew.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/setup/core/facts.hpp"
#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

[[nodiscard]] Generator find_generator(const Root& root);

/// Unpacks each initramfs, which takes a second or so; once, as long as it stays the same.
class InitramfsReader {
  public:
    explicit InitramfsReader(const Root& root) : root_(root) {}

    /// `modules`: those that lead to the swap.
    [[nodiscard]] InitramfsFacts read(const std::vector<std::string>& modules);

  private:
    struct Seen {
        SetupRecord::BootFile file;
        Result<std::string> names;
    };

    [[nodiscard]] Initramfs look_into(Generator generator, const std::string& release,
                                      const std::vector<std::string>& modules);
    [[nodiscard]] const Result<std::string>& names_in(Generator generator,
                                                      const std::string& image);

    Root root_;
    std::map<std::string, Seen> seen_;
};

[[nodiscard]] Result<void> make_initramfs(const Root& root);

}  // namespace hypnos::setup
