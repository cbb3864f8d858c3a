// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/record_store.hpp"

#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "hypnos/protocol/reader.hpp"

namespace hypnos::setup {
namespace {

constexpr const char* kDirectory = "/var/lib/hypnos";
constexpr int kPrivate = 0600;

}  // namespace

Result<std::optional<SetupRecord>> RecordStore::load() const {
    const std::optional<std::string> text = root_.read(SetupRecord::kPath);
    if (!text) return std::nullopt;
    const Result<Json> saved = read_json(*text);
    std::optional<SetupRecord> record;
    if (saved) record = sleep::setup_record_from_json(*saved);
    if (!record)
        return fail(
            root_.path(SetupRecord::kPath) +
            " is no record of this hypnos-setup; move it away, and undo by hand what it says");
    return record;
}

Result<void> RecordStore::save(const SetupRecord& record) const {
    return root_.replace_durably(SetupRecord::kPath, sleep::to_json(record).dump() + "\n",
                                 kPrivate);
}

void RecordStore::remove() const {
    root_.remove(SetupRecord::kPath);
    rmdir(root_.path(kDirectory).c_str());  // if nothing else is there
}

/// The directory, for it is there before the record and stays when that is replaced.
Result<void> RecordStore::lock() {
    const std::string directory = root_.path(kDirectory);
    g_mkdir_with_parents(directory.c_str(), 0755);
    lock_ = UniqueFd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock_) return fail("cannot open " + directory + ": " + g_strerror(errno));
    if (flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return {};
    return fail("another hypnos-setup is at work; try again when it has ended");
}

}  // namespace hypnos::setup
