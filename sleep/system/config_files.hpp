// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The files of a configuration: /usr/lib/hypnos/NAME and NAME.d/*.conf, then the same in /etc/hypnos. A
// drop-in there takes the place of one of the same name.

#pragma once

#include <functional>
#include <string>

#include "glib/key_file.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// Calls `take` for each group of each file in the order of reading: later keys win. The first error,
/// with the file's name before it.
[[nodiscard]] Result<void> read_config_files(
    const Root& root, const std::string& name,
    const std::function<Result<void>(const glib::KeyGroup&)>& take);

}  // namespace hypnos::sleep
