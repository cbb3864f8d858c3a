// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The record on disk, and the lock that lets one hypnos-setup work at a time.

#pragma once

#include <optional>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/error.hpp"
#include "sleep/core/setup_record.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;
using sleep::SetupRecord;

class RecordStore {
  public:
    explicit RecordStore(const Root& root) : root_(root) {}

    /// Fails if there is one that cannot be read: what it says must not be lost.
    [[nodiscard]] Result<std::optional<SetupRecord>> load() const;

    /// Returns when it is on disk.
    [[nodiscard]] Result<void> save(const SetupRecord& record) const;
    void remove() const;

    /// Until this process ends. Fails if another one works.
    [[nodiscard]] Result<void> lock();

  private:
    Root root_;
    UniqueFd lock_;
};

}  // namespace hypnos::setup
