// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Which boot loader starts this machine, and what its configuration says.

#pragma once

#include "agent/setup/core/facts.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::setup {

using sleep::Root;

[[nodiscard]] BootFacts read_boot(const Root& root, const Options& options);

/// The program that writes GRUB's menu, with its arguments; none if it is not installed.
[[nodiscard]] std::vector<std::string> menu_generator(const Root& root);

/// Whether kernel-install(8) makes unified kernel images here; such as came ready-made cannot be changed.
[[nodiscard]] bool makes_unified_images(const Root& root);

/// Whether grub-mkconfig(8) sources /etc/default/grub.d, as Debian's does.
[[nodiscard]] bool sources_dropins(const Root& root);

}  // namespace hypnos::setup
