// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Carries changes out, one by one, each noted in the record before it is made. Whoever finds a record
// that says more than was done may apply or undo it: a change that is made already is none.
//
// Each change is logged, before and after, at debug level: "effect NAME", "effect NAME done".

#pragma once

#include "agent/setup/core/change.hpp"
#include "agent/setup/system/record_store.hpp"

namespace hypnos::setup {

class Applier {
  public:
    Applier(const Root& root, RecordStore& store, SetupRecord& record)
        : root_(root), store_(store), record_(record) {}

    [[nodiscard]] Result<void> carry_out(const Change& change);

    /// Those that were made for files, as far as nothing is in them now.
    void remove_directories();

  private:
    Result<void> make(const MakeSwap& change);
    Result<void> make(const RemoveSwap& change);
    Result<void> make(const SwapOn& change);
    Result<void> make(const WriteFile& change);
    Result<void> make(const Generate& change);
    Result<void> make(const SyncBoot& change);
    Result<void> make(const TellKernel& change);

    Result<void> note(const WriteFile& change);
    Result<void> note_back(const WriteFile& change);
    void note_directories(const std::string& path);
    Result<void> write(const WriteFile& change);

    Root root_;
    RecordStore& store_;
    SetupRecord& record_;
};

}  // namespace hypnos::setup
