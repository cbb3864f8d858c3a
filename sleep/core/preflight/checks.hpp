// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The checks that preflight() runs, by area. Each answers with what it finds, mostly nothing.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sleep/core/preflight.hpp"

namespace hypnos::sleep::checks {

using Findings = std::vector<Finding>;
using Question = PreflightQuestion;
using Check = Findings (*)(const Question& question, const PowerFacts& facts);

[[nodiscard]] inline Finding block(std::string code, std::string subject, std::string hint) {
    return {std::move(code), Severity::Block, std::move(subject), std::move(hint)};
}
[[nodiscard]] inline Finding warn(std::string code, std::string subject, std::string hint) {
    return {std::move(code), Severity::Warn, std::move(subject), std::move(hint)};
}

/// Evidence: a file and what it says.
[[nodiscard]] inline std::string says(const std::string& file, const std::string& text) {
    return file + ": " + (text.empty() ? "nothing" : text);
}

[[nodiscard]] inline bool uses_ram(SleepMode mode) { return mode != SleepMode::Disk; }
[[nodiscard]] inline bool uses_disk(SleepMode mode) { return mode != SleepMode::Ram; }

/// The word for /sys/power/disk that makes this mode.
[[nodiscard]] std::string disk_word(SleepMode mode, const MachineFacts& machine);

/// The swap that the image will go to, as far as can be known: that which /sys/power/resume names,
/// or else the kernel's choice, the first one.
[[nodiscard]] const Swap* image_target(const PowerFacts& facts);

// machine.cpp
Findings acpi_is_on(const Question& question, const PowerFacts& facts);
Findings state_is_offered(const Question& question, const PowerFacts& facts);
Findings state_is_writable(const Question& question, const PowerFacts& facts);
Findings sleep_is_deep(const Question& question, const PowerFacts& facts);
Findings disk_word_is_offered(const Question& question, const PowerFacts& facts);
Findings units_are_not_masked(const Question& question, const PowerFacts& facts);
Findings nobody_else_sleeps(const Question& question, const PowerFacts& facts);
Findings all_cpus_are_online(const Question& question, const PowerFacts& facts);

// disabled.cpp
Findings hibernation_is_on(const Question& question, const PowerFacts& facts);

// swap.cpp
Findings swap_is_on(const Question& question, const PowerFacts& facts);
Findings swap_files_have_no_holes(const Question& question, const PowerFacts& facts);
Findings swap_is_where_resume_looks(const Question& question, const PowerFacts& facts);
Findings swap_begins_where_resume_looks(const Question& question, const PowerFacts& facts);
Findings no_image_is_there(const Question& question, const PowerFacts& facts);
Findings image_key_survives(const Question& question, const PowerFacts& facts);

// resume.cpp
Findings next_boot_resumes(const Question& question, const PowerFacts& facts);
Findings initramfs_has_looked(const Question& question, const PowerFacts& facts);
Findings boot_files_are_proven(const Question& question, const PowerFacts& facts);
Findings next_boot_can_decompress(const Question& question, const PowerFacts& facts);
Findings efi_variables_are_writable(const Question& question, const PowerFacts& facts);
Findings kernel_stays_the_same(const Question& question, const PowerFacts& facts);

// drivers.cpp
Findings memory_devices_agree(const Question& question, const PowerFacts& facts);
Findings notifiers_agree(const Question& question, const PowerFacts& facts);
Findings drivers_can_sleep(const Question& question, const PowerFacts& facts);
Findings watchdogs_sleep_too(const Question& question, const PowerFacts& facts);

// memory.cpp
Findings image_fits_in_swap(const Question& question, const PowerFacts& facts);
Findings image_can_shrink(const Question& question, const PowerFacts& facts);
Findings memory_is_not_fragmented(const Question& question, const PowerFacts& facts);
Findings balloon_is_empty(const Question& question, const PowerFacts& facts);

// tasks.cpp
Findings nobody_inhibits(const Question& question, const PowerFacts& facts);
Findings file_systems_are_thawed(const Question& question, const PowerFacts& facts);
Findings tasks_can_be_frozen(const Question& question, const PowerFacts& facts);

// time.cpp
Findings rtc_is_right(const Question& question, const PowerFacts& facts);

}  // namespace hypnos::sleep::checks
