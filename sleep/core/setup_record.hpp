// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What hypnos-setup has made of this machine, as it keeps it for its undo and for the agent
// (docs/setup.md, "The record"). Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/protocol/json.hpp"

namespace hypnos::sleep {

struct SetupRecord {
    static constexpr const char* kPath = "/var/lib/hypnos/setup.json";

    enum class State { Pending, Applying, Applied, Undoing };

    /// As given on the command line.
    struct Options {
        std::string swap, file, size, activation;
        bool fill = false;
        std::string boot;
        bool operator==(const Options&) const = default;
    };

    struct Swap {
        std::string path;
        std::string kind;  ///< "file" or "device"
        std::string uuid;
        std::uint64_t bytes = 0;
        std::string activation;               ///< "hibernate-only" or "always"
        bool made = false;                    ///< by us
        std::string resume;                   ///< the value of resume=
        std::optional<std::uint64_t> offset;  ///< of a file, in pages
        [[nodiscard]] bool is_file() const { return kind == "file"; }
        [[nodiscard]] bool only_for_sleep() const { return activation == "hibernate-only"; }
    };

    /// One that verify found good when it was like this.
    struct BootFile {
        std::string path;
        std::uint64_t size = 0;
        std::int64_t mtime_ns = 0;
    };

    struct File {
        std::string path;
        std::optional<std::string> was;  ///< nothing: it was not there
        std::uint32_t mode = 0;
        std::string wrote;
    };

    State state = State::Pending;
    Options options;
    std::optional<Swap> swap;  ///< nothing while it is pending
    std::vector<BootFile> boot_files;
    std::vector<File> files;
    std::vector<std::string> directories;
    std::vector<std::string> to_run;
};

[[nodiscard]] Json to_json(const SetupRecord& record);

/// Nothing if it is no record of this version.
[[nodiscard]] std::optional<SetupRecord> setup_record_from_json(const Json& saved);

}  // namespace hypnos::sleep
