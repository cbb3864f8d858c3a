// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Block devices and their lasting names, which udev makes below /dev/disk.

#pragma once

#include <string>
#include <vector>

#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

/// "254:16", or nothing if this is no block device.
[[nodiscard]] std::string device_number(const Root& root, const std::string& path);

/// The UUID that udev has found on a device.
[[nodiscard]] std::string uuid_on(const Root& root, const std::string& number);

/// The path that a first field of fstab(5) means: UUID=, LABEL=, PARTUUID=, PARTLABEL= or a path.
[[nodiscard]] std::string path_of_spec(const std::string& spec);

/// Modules of the drivers that reach a device: its own, its bus's, and so on up.
[[nodiscard]] std::vector<std::string> driver_modules(const Root& root, const std::string& number);

}  // namespace hypnos::setup
