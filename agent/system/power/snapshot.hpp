// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// /dev/snapshot, the kernel's other door to hibernation (kernel/power/user.c, include/uapi/linux/
// suspend_ioctls.h): freezes, makes the image in memory, thaws, and never powers off.

#pragma once

#include "agent/core/rehearsal.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// Blocks; made to run on a thread of its own. Whatever fails, user space is thawed at the end.
[[nodiscard]] Rehearsal rehearse(const Root& root);

}  // namespace hypnos::agent
