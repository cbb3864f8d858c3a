// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /dev/kmsg from a moment on. Format: Documentation/ABI/testing/dev-kmsg.

#pragma once

#include <string>
#include <vector>

#include "agent/system/root.hpp"
#include "glib/unique_fd.hpp"

namespace hypnos::agent {

class KernelLog {
  public:
    enum class From { Now, Boot };
    KernelLog(const Root& root, From from);

    /// The messages since the last call, or since the start; empty if the log cannot be read. Never
    /// blocks; at most the last 2,000 messages.
    [[nodiscard]] std::vector<std::string> read_new();

  private:
    UniqueFd kmsg_;
};

}  // namespace hypnos::agent
