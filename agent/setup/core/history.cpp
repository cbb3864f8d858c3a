// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/history.hpp"

#include <algorithm>

#include "agent/setup/core/texts.hpp"

namespace hypnos::setup {
namespace {

/// A file that others write too: kernel-install(8) copies our arguments into new entries.
bool is_shared(const std::string& path) {
    return path.find("/loader/entries/") != std::string::npos || path == files::kKernelCommandLine;
}

Text without_ours(const SetupRecord& record, const std::string& path, const std::string& text) {
    if (!record.swap) return text;
    if (path == files::kFstab) return without_swap(text, record.swap->path);
    return is_shared(path) ? without_resume(text, record.swap->resume) : text;
}

/// Our part came with a copy of an entry of ours, which the record knows nothing of. Only a swap that
/// we made is certainly named by nobody else.
bool is_copied(const std::optional<SetupRecord>& record, const std::string& path) {
    return record && record->swap && record->swap->made && is_shared(path);
}

}  // namespace

Text text_of(const Texts& texts, const std::string& path) {
    const auto found = texts.find(path);
    return found == texts.end() ? std::nullopt : found->second;
}

const SetupRecord::File* entry_of(const std::optional<SetupRecord>& record,
                                  const std::string& path) {
    if (!record) return nullptr;
    const auto found = std::find_if(record->files.begin(), record->files.end(),
                                    [&](const auto& file) { return file.path == path; });
    return found == record->files.end() ? nullptr : &*found;
}

Text before_us(const std::optional<SetupRecord>& record, const Texts& texts,
               const std::string& path) {
    const Text now = text_of(texts, path);
    const SetupRecord::File* entry = entry_of(record, path);
    if (entry == nullptr)
        return now && is_copied(record, path) ? without_ours(*record, path, *now) : now;
    if (!entry->was || (now && *now == entry->wrote)) return entry->was;
    if (!now) return now;  // files are replaced by renaming: somebody has removed this one
    return without_ours(*record, path, *now);
}

}  // namespace hypnos::setup
