// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The kernel's files for sleep (Documentation/ABI/testing/sysfs-power), named by who writes them and
// by who explains what they say.

#pragma once

namespace hypnos::sleep::power_files {

inline constexpr const char* kState = "/sys/power/state";
inline constexpr const char* kMemSleep = "/sys/power/mem_sleep";
inline constexpr const char* kDisk = "/sys/power/disk";
inline constexpr const char* kResume = "/sys/power/resume";
inline constexpr const char* kResumeOffset = "/sys/power/resume_offset";

}  // namespace hypnos::sleep::power_files
