// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Texts of /proc and /etc as preflight needs them (proc(5), fstab(5), crypttab(5)).

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sleep/core/preflight/facts.hpp"
#include "sleep/core/words.hpp"

namespace hypnos::sleep {

/// /proc/swaps: name, kind and sizes. Deleted files are left out: no boot finds them.
[[nodiscard]] std::vector<Swap> parse_swaps(const std::string& text);

/// /proc/meminfo in bytes.
[[nodiscard]] std::map<std::string, std::uint64_t> parse_meminfo(const std::string& text);

/// The highest order that has a free block in any zone but DMA, -1 if none has.
[[nodiscard]] std::optional<int> parse_buddyinfo(const std::string& text);

/// Pages that /proc/vmstat says are in the balloon; nothing if the kernel does not count them.
[[nodiscard]] std::optional<std::int64_t> parse_balloon(const std::string& vmstat);

[[nodiscard]] std::vector<Mount> parse_mounts(const std::string& mountinfo);

/// The mount that a path is on; of several at one point the last, which hides the others.
[[nodiscard]] const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path);

/// Paths of the swap files in /etc/fstab.
[[nodiscard]] std::vector<std::string> parse_fstab_swap_files(const std::string& text);

/// Lines of /etc/crypttab that give a device a new key with each boot, by the device's name.
[[nodiscard]] std::map<std::string, std::string> parse_random_keys(const std::string& crypttab);

/// A task of user space that no freezer may reach, by its /proc/PID/stat and the kernel's function
/// that it waits in: in state D, or in S for an answer of FUSE's daemon, which the freezer turns
/// into D (request_wait_answer(), fs/fuse/dev.c).
[[nodiscard]] std::optional<StuckTask> parse_stuck(const std::string& stat,
                                                   const std::string& wchan);

/// A link of /proc/PID/fd, or the name in /proc/PID/maps, that is memory of memfd_secret(2).
[[nodiscard]] bool is_secretmem(const std::string& link);

}  // namespace hypnos::sleep
