// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The readers of facts, by area; read_power_facts() runs them.

#pragma once

#include <chrono>

#include "sleep/core/preflight.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep::facts {

/// Where a symbolic link leads.
[[nodiscard]] std::string link_of(const Root& root, const std::string& path);

/// Ids of the processes there are.
[[nodiscard]] std::vector<int> processes(const Root& root);

/// Those with an open file or a mapping whose name `wanted` takes for it.
[[nodiscard]] std::vector<Process> holders(const Root& root, bool (*wanted)(const std::string&));

// machine.cpp
[[nodiscard]] std::vector<std::string> read_masked_units(const Root& root, SleepMode mode);
[[nodiscard]] KernelFacts read_kernel(const Root& root);
[[nodiscard]] std::optional<std::chrono::seconds> read_rtc_ahead(const Root& root);

// hibernation.cpp
[[nodiscard]] DisabledFacts read_disabled(const Root& root);
[[nodiscard]] SnapshotFacts read_snapshot(const Root& root);

// swap.cpp
[[nodiscard]] SwapFacts read_swap(const Root& root, const std::vector<Mount>& mounts);

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
