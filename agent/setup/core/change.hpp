// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Changes: what a plan is made of. Each may be repeated without harm.

#pragma once

#include <string>
#include <variant>
#include <vector>

#include "agent/setup/core/facts.hpp"

namespace hypnos::setup {

struct MakeSwap {
    std::string path, uuid;
    std::uint64_t bytes = 0;
    bool fill = false;
};
struct RemoveSwap {
    std::string path;
};
struct SwapOn {
    std::string path;
};
struct WriteFile {
    std::string path;
    Text text;  ///< none: remove it
};
/// "initramfs": for each kernel; "boot": GRUB's menu; "uki": unified kernel images, if there are any.
struct Generate {
    std::string what;
};
/// What GRUB, which replays no journal, will read.
struct SyncBoot {
    std::string mount;
};
/// /sys/power, so that this boot can hibernate too.
struct TellKernel {
    std::string device;
    std::uint64_t offset = 0;
};

struct Change {
    std::variant<MakeSwap, RemoveSwap, SwapOn, WriteFile, Generate, SyncBoot, TellKernel> what;
    std::string why;
};
using Changes = std::vector<Change>;

/// As its type is called.
[[nodiscard]] std::string_view name_of(const Change& change);

/// The path, device or generator that it is about.
[[nodiscard]] std::string subject_of(const Change& change);

}  // namespace hypnos::setup
