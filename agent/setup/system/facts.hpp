// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Reads what a plan is made from.

#pragma once

#include <optional>

#include "agent/setup/core/facts.hpp"
#include "agent/setup/system/initramfs.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// Of the machine itself (root "/"), or of an image below another root.
class FactReader {
  public:
    explicit FactReader(const Root& root) : root_(root), initramfs_(root) {}

    /// Takes seconds the first time, for it looks into each initramfs.
    [[nodiscard]] Facts read(const Options& options, const std::optional<SetupRecord>& record);

  private:
    void read_machine(const Options& options, const std::optional<SetupRecord>& record,
                      Facts& facts);

    Root root_;
    InitramfsReader initramfs_;
};

/// Of all files that the record names, and of BLS entries: what undo needs.
[[nodiscard]] Texts read_texts(const Root& root, const SetupRecord& record);

}  // namespace hypnos::setup
