// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/open_files.hpp"

#include <glib.h>

#include <utility>

#include "glib/key_file.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kGroup = "global";
constexpr const char* kKey = "fd_counter";

/// Far beyond what is ever opened: whoever finds more has found no counter of ours.
constexpr gint64 kLastHandle = G_MAXINT64 / 2;

std::optional<std::int64_t> counter_in(const std::string& text) {
    const Result<std::vector<glib::KeyGroup>> groups = glib::parse_key_file(text);
    if (!groups) return std::nullopt;
    gint64 value = 0;
    for (const glib::KeyGroup& group : *groups) {
        for (const glib::KeyGroup::Key& key : group.keys) {
            if (group.name == kGroup && key.name == kKey &&
                g_ascii_string_to_signed(key.value.c_str(), 10, OpenFiles::kFirstHandle,
                                         kLastHandle, &value, nullptr) == TRUE)
                return value;
        }
    }
    return std::nullopt;
}

}  // namespace

OpenFiles::OpenFiles(const Root& root, std::string state_file)
    : root_(root), state_file_(std::move(state_file)) {
    load();
}

void OpenFiles::load() {
    const std::optional<std::string> text = root_.read(state_file_);
    if (!text) return;
    const std::optional<std::int64_t> counter = counter_in(*text);
    if (counter) next_ = *counter;
    if (!counter)
        g_warning("%s has no [global] fd_counter; handles count from %" G_GINT64_FORMAT,
                  state_file_.c_str(), kFirstHandle);
}

void OpenFiles::save() {
    const std::string text =
        std::string("[") + kGroup + "]\n" + kKey + "=" + std::to_string(next_) + "\n";
    const Result<void> saved = root_.replace(state_file_, text);
    if (!saved && !std::exchange(warned_, true))
        g_warning("%s; a restarted agent may give a handle again", saved.error().message.c_str());
}

Result<void> OpenFiles::has_room() const {
    if (files_.size() < kMax) return {};
    return fail(std::to_string(kMax) + " files are open already; close one by guest-file-close");
}

Result<void> OpenFiles::check_room() const {
    const std::lock_guard lock(mutex_);
    return has_room();
}

Result<std::int64_t> OpenFiles::add(const std::shared_ptr<OpenFile>& file) {
    const std::lock_guard lock(mutex_);
    if (Result<void> room = has_room(); !room) return fail(room.error());
    const std::int64_t handle = next_++;
    save();
    files_.emplace(handle, file);
    return handle;
}

Result<std::shared_ptr<OpenFile>> OpenFiles::find(std::int64_t handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(handle);
    if (found != files_.end()) return found->second;
    return fail("handle '" + std::to_string(handle) + "' has not been found");
}

void OpenFiles::remove(std::int64_t handle) {
    const std::lock_guard lock(mutex_);
    files_.erase(handle);
}

}  // namespace hypnos::agent
