// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/freeze/freeze_run.hpp"

#include <glib.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/system/mounts/file_systems.hpp"

namespace hypnos::agent {
namespace {

/// Those that are asked for; each with all its mounts, one of which can be reached, perhaps.
bool is_selected(const FileSystem& file_system, const FreezeSelection& selection) {
    if (!selection) return true;
    const auto listed = [&](const Mount& mount) {
        return std::find(selection->begin(), selection->end(), mount.point) != selection->end();
    };
    return std::any_of(file_system.mounts.begin(), file_system.mounts.end(), listed);
}

/// The file system cannot be frozen, or somebody else has.
bool may_be_skipped(int error) { return error == EOPNOTSUPP || error == ENOTTY || error == EBUSY; }

std::string cannot(const std::string& what, const std::string& point, int error) {
    return "cannot " + what + " " + point + ": " + g_strerror(error);
}

/// As often as it was frozen. EINVAL: it is not frozen any more.
void thaw_one(OpenMount& mount, const std::string& point, Thawed& thawed) {
    int error = mount.thaw();
    if (error == 0) ++thawed.count;
    while (error == 0) error = mount.thaw();
    if (error != EINVAL && !may_be_skipped(error))
        thawed.problems.push_back(cannot("thaw", point, error));
}

}  // namespace

// Freezing ------------------------------------------------------------------------------------------

Result<Frozen> FreezeRun::freeze(const FreezeSelection& selection) {
    Result<Frozen> frozen = marker_.put().and_then([&] { return freeze_all(selection); });
    if (!frozen)
        for (const std::string& problem : undo().problems) frozen.error().message += "; " + problem;
    else if (frozen->count == 0)
        marker_.remove();
    const bool late = end_freezing();
    return frozen && late ? fail(kThawedMeanwhile) : frozen;
}

Thawed FreezeRun::undo() {
    Thawed thawed;
    thaw_held(thawed);
    marker_.remove();
    return thawed;
}

Result<Frozen> FreezeRun::freeze_all(const FreezeSelection& selection) {
    Frozen frozen;
    for (const FileSystem& file_system : read_in_freeze_order(root_)) {
        if (file_system.read_only() || !is_selected(file_system, selection)) continue;
        if (const Result<void> one = freeze_one(file_system, frozen); !one)
            return fail(one.error());
        if (stopped()) return fail(kThawedMeanwhile);
    }
    return frozen;
}

Result<void> FreezeRun::freeze_one(const FileSystem& file_system, Frozen& frozen) {
    Reached reached = reach(*opener_, file_system);
    if (reached.error != 0) return fail(cannot("open", reached.point, reached.error));
    if (!reached.mount) {
        frozen.hidden.push_back(reached.point);
        return {};
    }
    const int error = reached.mount->freeze();
    if (may_be_skipped(error)) return {};
    if (error != 0) return fail(cannot("freeze", reached.point, error));
    ++frozen.count;
    hold(std::move(reached));
    return {};
}

bool FreezeRun::stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

void FreezeRun::hold(Reached reached) {
    const std::lock_guard lock(mutex_);
    held_.push_back({std::move(reached.mount), std::move(reached.point)});
}

/// Whether thaw() was called before.
bool FreezeRun::end_freezing() {
    const std::lock_guard lock(mutex_);
    state_ = State::Frozen;
    freezing_ended_.notify_all();
    return stopped_;
}

// Thawing -------------------------------------------------------------------------------------------

/// What is frozen may be what the freeze in progress waits for: first that, then the wait.
Thawed FreezeRun::thaw() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    Thawed thawed;
    thaw_held(thawed);
    {
        std::unique_lock lock(mutex_);
        freezing_ended_.wait(lock, [this] { return state_ != State::Freezing; });
        if (state_ == State::Unknown) held_ = reach_all();
    }
    thaw_held(thawed);
    marker_.remove();
    return thawed;
}

std::vector<FreezeRun::Held> FreezeRun::take_held() {
    const std::lock_guard lock(mutex_);
    return std::exchange(held_, {});
}

void FreezeRun::thaw_held(Thawed& thawed) {
    const std::vector<Held> held = take_held();
    std::for_each(held.rbegin(), held.rend(),
                  [&](const Held& one) { thaw_one(*one.mount, one.point, thawed); });
}

std::vector<FreezeRun::Held> FreezeRun::reach_all() {
    std::vector<Held> all;
    for (const FileSystem& file_system : read_in_freeze_order(root_))
        if (Reached reached = reach(*opener_, file_system); reached.mount)
            all.push_back({std::move(reached.mount), std::move(reached.point)});
    return all;
}

}  // namespace hypnos::agent
