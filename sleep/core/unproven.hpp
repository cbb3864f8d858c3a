// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether what boots next is still what hypnos-setup found good. Pure.

#pragma once

#include <string>
#include <vector>

#include "sleep/core/setup_record.hpp"

namespace hypnos::sleep {

/// As it is now.
struct BootState {
    std::vector<SetupRecord::BootFile> files;  ///< those of the record that are there
    std::vector<std::string> kernels;          ///< versions: names of /boot/vmlinuz-*
};

/// "FILE: why" for each that differs, and for each kernel whose initramfs is not in the record.
[[nodiscard]] std::vector<std::string> unproven(const SetupRecord& record, const BootState& now);

}  // namespace hypnos::sleep
