// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The verbs of `hypnosctl host`: the sleep of the host itself.

#pragma once

#include "../options.hpp"
#include "../verbs.hpp"

namespace hypnos::cli::host {

[[nodiscard]] Exit host(const Words& words);

[[nodiscard]] Exit cancel(const Words& words);
[[nodiscard]] Exit capabilities(const Words& words);
[[nodiscard]] Exit status(const Words& words);
[[nodiscard]] Exit suspend(const Words& words);

/// For tests: a directory in place of "/".
class RootOption {
  public:
    [[nodiscard]] Entries entries() {
        return {{"root", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, root_.slot(), "", "DIR"}};
    }
    [[nodiscard]] std::string path() const { return root_.or_else("/"); }

  private:
    Text root_;
};

}  // namespace hypnos::cli::host
