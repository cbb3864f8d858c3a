// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What is told of guests: one line of JSON each as it ends; or words, for one guest a sentence, for
// many a table at the end and meanwhile a line of progress on a terminal.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "hypnos/fleet.hpp"
#include "hypnos/protocol/json.hpp"
#include "terminal.hpp"

namespace hypnos::cli {

/// How it ended for one guest.
struct Told {
    Exit exit = Exit::Done;
    std::string word;  ///< "slept", "awake", "skipped", "error", ...
    std::string text;  ///< may quote the guest
    Json json;         ///< docs/report.md
};

/// An operation that ended without a report.
[[nodiscard]] Told failed(const std::string& guest, const std::string& verb, const Error& error);

class Teller {
  public:
    Teller(std::vector<std::string> names, bool json) : names_(std::move(names)), json_(json) {}

    void told(std::size_t index, const Told& told, std::chrono::milliseconds took);

    /// On a terminal only.
    void show_progress(const FleetPlan& plan) const;
    void clear_progress() const;

    /// The table, in the order of the names, and what exit status follows: 0 if all are done; if all others agree, theirs;
    /// else 1.
    [[nodiscard]] Exit finish();

  private:
    struct Row {
        std::size_t index;
        Told told;
        std::chrono::milliseconds took;
    };
    void say(const Row& row) const;
    void print_table() const;

    std::vector<std::string> names_;
    bool json_;
    std::vector<Row> rows_;
};

}  // namespace hypnos::cli
