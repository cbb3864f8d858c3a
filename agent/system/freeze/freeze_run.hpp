// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One freeze, from the first FIFREEZE to the last FITHAW. freeze() and thaw() block, and are called on
// threads; thaw() may come while freeze() is at work.

#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/system/freeze/boot_marker.hpp"
#include "agent/system/mounts/open_mount.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos::agent {

/// Mount points; nothing: all there are.
using FreezeSelection = std::optional<std::vector<std::string>>;

inline constexpr const char* kThawedMeanwhile =
    "the file systems were thawed before all of them were frozen: by another request, or because "
    "it "
    "took too long";

struct Frozen {
    int count = 0;
    std::vector<std::string>
        hidden;  ///< mount points that could not be reached, and are not frozen
};

struct Thawed {
    int count = 0;
    std::vector<std::string> problems;  ///< each names a mount point
};

class FreezeRun {
  public:
    /// `marker` is on disk while file systems may be frozen, so that an agent which starts then knows.
    FreezeRun(const Root& root, std::shared_ptr<const MountOpener> opener, BootMarker marker)
        : root_(root), opener_(std::move(opener)), marker_(std::move(marker)) {}

    /// Once, and before thaw() or not at all. All or nothing: after an error nothing is frozen, and the
    /// marker is gone.
    [[nodiscard]] Result<Frozen> freeze(const FreezeSelection& selection);

    /// In the reverse order. If there was no freeze(), whatever is frozen on this machine: another agent
    /// did it. A freeze in progress is ended, and waited for.
    [[nodiscard]] Thawed thaw();

    /// Before freeze() is started on its thread.
    void expect_freeze() { state_ = State::Freezing; }

  private:
    enum class State { Unknown, Freezing, Frozen };

    struct Held {
        std::unique_ptr<OpenMount> mount;
        std::string point;
    };

    [[nodiscard]] Result<Frozen> freeze_all(const FreezeSelection& selection);
    [[nodiscard]] Result<void> freeze_one(const FileSystem& file_system, Frozen& frozen);
    [[nodiscard]] bool stopped();
    void hold(Reached reached);
    [[nodiscard]] std::vector<Held> take_held();
    [[nodiscard]] std::vector<Held> reach_all();
    void thaw_held(Thawed& thawed);
    [[nodiscard]] Thawed undo();
    [[nodiscard]] bool end_freezing();

    Root root_;
    std::shared_ptr<const MountOpener> opener_;
    BootMarker marker_;
    std::mutex mutex_;
    std::condition_variable freezing_ended_;
    State state_ = State::Unknown;
    bool stopped_ = false;
    std::vector<Held> held_;  ///< in the order in which they were frozen
};

}  // namespace hypnos::agent
