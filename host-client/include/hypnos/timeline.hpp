// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Where the milliseconds of a sleep went: the host's and the guest's reports on one axis, as a table
// and as a chart. Pure: JSON in (docs/report.md), text out.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/export.h"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

enum class Side { Host, Guest };

/// One stretch, in microseconds since the request. An instant has the same start and end.
struct Span {
    Side side = Side::Host;
    std::string name;   ///< "preflight", "hook 50-database pre", "freeze", "image", "off", ...
    std::string label;  ///< for people, may quote the guest
    std::chrono::microseconds start{}, end{};
};

struct Timeline {
    std::string guest, mode, outcome;
    std::chrono::microseconds request_to_sleep{}, asleep{}, wake_to_event{};
    std::vector<Span> spans;            ///< by start
    std::chrono::microseconds error{};  ///< how far guest and host may be apart
    std::vector<std::string> notes;     ///< what is missing and why
};

/// `wake` may be null: then it ends asleep. A report of another verb, or a wake of another
/// transaction, is a Usage error.
[[nodiscard]] HYPNOS_API Result<Timeline> make_timeline(const Json& suspend, const Json& wake);

/// For a terminal of so many columns: a line per span with a bar. Pure ASCII unless `utf8`.
[[nodiscard]] HYPNOS_API std::string timeline_table(const Timeline& timeline, std::size_t columns,
                                                    bool utf8);

/// A document of its own, readable on light and on dark ground (prefers-color-scheme).
[[nodiscard]] HYPNOS_API std::string timeline_svg(const Timeline& timeline);

[[nodiscard]] HYPNOS_API Json timeline_json(const Timeline& timeline);

}  // namespace hypnos
