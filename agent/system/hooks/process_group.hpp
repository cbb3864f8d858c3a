// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether anything of a process group that we started is left.

#pragma once

namespace hypnos::agent {

/// Zombies do not count: they have ended, and only wait for somebody to ask. Looks at the real /proc
/// whatever the root is, for the group is of real processes.
[[nodiscard]] bool group_lives(int group);

}  // namespace hypnos::agent
