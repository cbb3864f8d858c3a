// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where the marker of a transaction lies: /var/lib/hypnos/transaction.json, which outlives a boot, or
// /run/hypnos/transaction.json while /var/lib cannot be written: where both are, that one is newer.

#pragma once

#include <optional>
#include <string>

#include "agent/core/marker.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

class TransactionStore {
  public:
    explicit TransactionStore(const Root& root) : root_(root) {}

    /// Returns when it is on disk.
    void save(const Marker& marker);
    void forget();

    /// Returns when its file system can be written: not while it is frozen. For any thread.
    void wait_until_writable() const;

    /// What another process left. A file that cannot be understood is told of and removed.
    [[nodiscard]] std::optional<Marker> load();

  private:
    [[nodiscard]] std::optional<Marker> load(const char* file);

    Root root_;
};

}  // namespace hypnos::agent
