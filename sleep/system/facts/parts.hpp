// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The readers of facts, by area; read_power_facts() runs them.

#pragma once

#include <chrono>

#include "sleep/core/preflight.hpp"
#include "sleep/core/setup_record.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep::facts {

/// Where a symbolic link leads.
[[nodiscard]] std::string link_of(const Root& root, const std::string& path);

/// Ids of the processes there are.
[[nodiscard]] std::vector<int> processes(const Root& root);

/// Those with an open file or a mapping whose name `wanted` takes for it.
[[nodiscard]] std::vector<Process> holders(const Root& root, bool (*wanted)(const std::string&));

/// A path without symbolic links; as it is if it cannot be found.
[[nodiscard]] std::string real_path(const Root& root, const std::string& path);

/// Of the swap header in this page of a real path; empty if it cannot be read.
[[nodiscard]] std::string signature_at(const std::string& real_path, std::uint64_t page);

// machine.cpp
[[nodiscard]] std::vector<std::string> read_masked_units(const Root& root, SleepMode mode);
[[nodiscard]] KernelFacts read_kernel(const Root& root);
[[nodiscard]] std::optional<std::chrono::seconds> read_rtc_ahead(const Root& root);

// hibernation.cpp
[[nodiscard]] DisabledFacts read_disabled(const Root& root);
[[nodiscard]] SnapshotFacts read_snapshot(const Root& root);

// setup.cpp
/// Of a set-up that is there.
[[nodiscard]] std::optional<SetupRecord> read_setup(const Root& root);
/// Notes its swap: as the one for sleeps if it is on, as standing by if it is off.
void stand_by(const Root& root, const SetupRecord& record, SwapFacts& facts);
/// Whether the one that stands by can be switched on.
void look_at_standing_by(const Root& root, SwapFacts& facts);
[[nodiscard]] std::vector<std::string> read_unproven(const Root& root, const SetupRecord& record);
/// What the boot loader's menu was found to tell the kernel of the swap file.
[[nodiscard]] std::optional<std::uint64_t> menu_offset(const SetupRecord& record);

// swap.cpp
/// Adds to what is known of those in `facts`.
void read_swap(const Root& root, const std::vector<Mount>& mounts, SwapFacts& facts);

// resume.cpp
[[nodiscard]] ResumeFacts read_resume(const Root& root, const KernelFacts& kernel,
                                      const std::vector<Swap>& swaps,
                                      const std::vector<Mount>& mounts);

// drivers.cpp
[[nodiscard]] DriverFacts read_drivers(const Root& root, const std::vector<Mount>& mounts);

// memory.cpp
[[nodiscard]] MemoryFacts read_memory(const Root& root);

// tasks.cpp
/// Those that are stuck now and after `pause`; if none is now, there is no pause.
[[nodiscard]] std::vector<StuckTask> read_stuck(const Root& root, std::chrono::milliseconds pause);

}  // namespace hypnos::sleep::facts
