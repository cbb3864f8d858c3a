// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Makes a file system's journal empty: frozen, and thawed at once. A boot loader does not replay
// journals, and would read the old files.

#pragma once

#include <string>

namespace hypnos::setup {

/// The file system that `real_path` is on. One that cannot be frozen is synced, which is as good there.
void sync_for_boot_loader(const std::string& real_path);

}  // namespace hypnos::setup
