// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /dev/kmsg, from now on or all that is left of this boot. Format: Documentation/ABI/testing/dev-kmsg.

#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glib/unique_fd.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// The message of a line "PRIORITY,NUMBER,TIME,FLAGS;MESSAGE", its "\xNN" undone; nothing for other
/// lines: those that begin with a blank say more of the device that a message is about.
[[nodiscard]] std::optional<std::string> kmsg_message(std::string_view line);

class KernelLog {
  public:
    enum class From { Now, Boot };
    KernelLog(const Root& root, From from);

    /// The messages since the last call, or since the start; empty if the log cannot be read. Never
    /// blocks; at most the last 2,000 messages.
    [[nodiscard]] std::vector<std::string> read_new();

    /// To be polled for new messages; invalid where there is no live log.
    [[nodiscard]] int live_fd() const;

  private:
    void take(const char* data, std::size_t size, std::deque<std::string>& messages);

    UniqueFd kmsg_;
    std::string partial_;  ///< a line whose end has not been read yet
};

}  // namespace hypnos::sleep
