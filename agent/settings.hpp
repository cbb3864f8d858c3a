// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What qemu-ga is told by its options and its configuration file, under the names of that file's keys.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

/// Defaults are qemu-ga's as Debian builds it, so that what it has left behind is found.
struct Settings {
    bool daemon = false;
    std::string method = "virtio-serial";
    std::optional<std::string> path;
    std::optional<std::string> logfile;
    std::string pidfile = "/var/run/qemu-ga.pid";
    std::optional<std::string> fsfreeze_hook;
    std::string statedir = "/var/run";
    bool verbose = false;
    bool retry_path = false;  ///< nothing more: a device is always waited for
    std::vector<std::string> block_rpcs, allow_rpcs;
};

inline constexpr const char* kFsfreezeHook = "/etc/qemu/fsfreeze-hook";

/// One key of the file, or one option. A list adds to what is there: names between commas or
/// semicolons. False if there is no such key.
[[nodiscard]] Result<bool> set(Settings& settings, std::string_view key, const std::string& value);

/// The text of a qemu-ga.conf: group [general]. As in qemu-ga other groups and unknown keys are no
/// errors; `warn` is told of them.
[[nodiscard]] Result<void> read_settings(Settings& settings, const std::string& text,
                                         void (*warn)(const std::string&));

/// As a qemu-ga.conf that read_settings() makes the same of.
[[nodiscard]] std::string dump(const Settings& settings);

}  // namespace hypnos::agent
