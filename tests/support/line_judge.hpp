// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Judges what an agent sends by the rules of libvirt's line reader, whatever its version.
//
// libvirt takes the agent for broken, until it closes and opens its port, after a single line that is
// neither a reply nor an event. Here a line must be printable ASCII and one JSON object, either
//   {"event": STRING, "data": ..., "timestamp": ...}      accepted by libvirt at any time, or
//   {"return": ...} or {"error": ...}, and perhaps "id"   the reply to a request.
// 0xFF may stand in front of one line for each guest-sync-delimited that was sent.
// tests/conformance/lines.txt has lines of both kinds; tests/integration/harness/line_judge.py is the
// same in Python.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "hypnos/protocol/error.hpp"

namespace hypnos::test {

/// One line without its end.
[[nodiscard]] Result<void> judge_line(std::string_view line);

/// The lines of one connection.
class LineJudge {
  public:
    /// A guest-sync-delimited was sent.
    void expect_delimited() { ++delimited_; }

    /// Judges all lines that `bytes` completes; the error is that of the first bad one.
    [[nodiscard]] Result<void> feed(std::string_view bytes);

    /// The agent has ended the connection: nothing may be left half.
    [[nodiscard]] Result<void> finish() const;

    [[nodiscard]] std::size_t lines() const { return lines_; }

  private:
    Result<void> judge(std::string_view line);

    std::string rest_;
    std::size_t lines_ = 0;
    std::size_t delimited_ = 0;
};

}  // namespace hypnos::test
