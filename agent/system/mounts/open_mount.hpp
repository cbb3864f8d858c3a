// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A mounted file system, open: freezing, thawing and trimming it. The kernel behind an interface, so
// that tests can play it.

#pragma once

#include <cstdint>
#include <memory>

#include "agent/system/mounts/mountinfo.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using sleep::Root;

/// Each function returns errno, 0 on success, and blocks for as long as the kernel does.
class OpenMount {
  public:
    OpenMount() = default;
    OpenMount(const OpenMount&) = delete;
    OpenMount& operator=(const OpenMount&) = delete;
    virtual ~OpenMount() = default;

    /// FIFREEZE, for which the kernel waits until writes in progress are done.
    [[nodiscard]] virtual int freeze() = 0;
    /// FITHAW.
    [[nodiscard]] virtual int thaw() = 0;

    struct Trim {
        std::uint64_t minimum = 0;  ///< in: of an extent, in bytes; out: what the device made of it
        std::uint64_t trimmed = 0;  ///< out: bytes
    };
    /// FITRIM of everything.
    [[nodiscard]] virtual int trim(Trim& trim) = 0;
};

/// Used by several threads.
class MountOpener {
  public:
    MountOpener() = default;
    MountOpener(const MountOpener&) = delete;
    MountOpener& operator=(const MountOpener&) = delete;
    virtual ~MountOpener() = default;

    using Opened = tl::expected<std::unique_ptr<OpenMount>, int>;
    /// Or errno; ESTALE if another mount is in front of it.
    [[nodiscard]] virtual Opened open(const Mount& mount) const = 0;
};

/// The kernel of this machine. Below any other root than "/" nothing is ever opened: EXDEV.
[[nodiscard]] std::shared_ptr<const MountOpener> mount_opener(const Root& root);

struct Reached {
    std::unique_ptr<OpenMount> mount;  ///< null: none could be opened
    std::string point;
    int error = 0;  ///< 0 without a mount: it is hidden wherever it is mounted
};

/// A file system through the first of its mounts that can be reached.
[[nodiscard]] Reached reach(const MountOpener& opener, const FileSystem& file_system);

}  // namespace hypnos::agent
