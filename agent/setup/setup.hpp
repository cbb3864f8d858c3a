// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The four verbs of hypnos-setup: facts, a plan, and what is made of it.

#pragma once

#include "agent/setup/options.hpp"
#include "agent/setup/report.hpp"
#include "agent/setup/system/facts.hpp"
#include "agent/setup/system/record_store.hpp"

namespace hypnos::setup {

class Setup {
  public:
    explicit Setup(const CommandLine& line)
        : line_(line), root_(line.root), store_(root_), facts_(root_) {}

    /// Fails if something could not be read or done; findings are no failure.
    [[nodiscard]] Result<Report> run();

  private:
    Result<Report> plan();
    Result<Report> apply();
    Result<Report> verify();
    Result<Report> undo();

    Result<void> begin(const Options& options);
    Result<void> converge(Report& report);
    Result<void> finish(Report& report);
    Result<void> prove(const Facts& facts, Report& report);
    Result<void> carry_out(const Changes& changes, Report& report);
    [[nodiscard]] Changes undo_changes() const;

    CommandLine line_;
    Root root_;
    RecordStore store_;
    FactReader facts_;
    std::optional<SetupRecord> record_;
};

}  // namespace hypnos::setup
