// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Configuration files as hypnos-setup wants them. Pure.

#pragma once

#include <string>
#include <vector>

#include "agent/setup/core/facts.hpp"

namespace hypnos::setup {

namespace files {
inline constexpr const char* kFstab = "/etc/fstab";
inline constexpr const char* kGrub = "/etc/default/grub.d/hypnos.cfg";
inline constexpr const char* kKernelCommandLine = "/etc/kernel/cmdline";
inline constexpr const char* kDracut = "/etc/dracut.conf.d/hypnos.conf";
/// Makes hypnos-setup.service run.
inline constexpr const char* kAtBoot = "/var/lib/hypnos/setup-at-boot";
}  // namespace files

/// "resume=UUID=..." and, of a file, "resume_offset=...".
[[nodiscard]] std::string kernel_arguments(const SwapRecord& swap);

/// A file of /etc/default/grub.d, which grub-mkconfig(8) sources.
[[nodiscard]] std::string grub_dropin(const std::string& arguments, bool partuuid_first);

/// fstab(5) with a line for the swap at the end.
[[nodiscard]] std::string with_swap(const std::string& fstab, const std::string& swap);
[[nodiscard]] std::string without_swap(const std::string& fstab, const std::string& swap);

/// A BLS entry with the arguments at the end of `options`; or, if there is no such line, a kernel
/// command line with them at the end of its first line.
[[nodiscard]] std::string with_arguments(const std::string& text, const std::string& arguments);
/// Without `resume=` of this value, and the offset that follows, whichever that is.
[[nodiscard]] std::string without_resume(const std::string& text, const std::string& resume);

[[nodiscard]] std::string dracut_dropin();

/// The lines of grub.cfg that start a kernel and would not look for the image there.
[[nodiscard]] std::vector<std::string> entries_without(const std::string& menu,
                                                       const std::string& arguments);

/// The first line of a configuration file, comments left out, that has a resume= of its own.
[[nodiscard]] std::string resume_line(const std::string& text);

/// The value of the last resume= in such a line; empty if there is none.
[[nodiscard]] std::string resume_value(const std::string& text);

/// Whether all words of `arguments` are in `text`.
[[nodiscard]] bool has_words(const std::string& text, const std::string& arguments);

}  // namespace hypnos::setup
