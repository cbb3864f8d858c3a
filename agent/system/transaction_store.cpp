// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/transaction_store.hpp"

#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include "glib/unique_fd.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kAcrossBoots = "/var/lib/hypnos/transaction.json";
constexpr const char* kProbe = "/var/lib/hypnos/probe";
constexpr const char* kThisBoot = "/run/hypnos/transaction.json";

}  // namespace

void TransactionStore::save(const Marker& marker) {
    const std::string text = to_json(marker).dump() + "\n";
    const Result<void> saved = root_.replace_durably(kAcrossBoots, text);
    if (saved) return root_.remove(kThisBoot);
    g_warning("%s; a disk sleep whose image gets lost will not be told of",
              saved.error().message.c_str());
    if (const Result<void> kept = root_.replace(kThisBoot, text); !kept)
        g_warning("%s; hooks of this sleep will not be undone if the agent is killed",
                  kept.error().message.c_str());
}

void TransactionStore::wait_until_writable() const {
    const std::string probe = root_.path(kProbe);
    const UniqueFd file(open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (file) unlink(probe.c_str());
}

void TransactionStore::forget() {
    root_.remove(kAcrossBoots);
    root_.remove(kThisBoot);
}

std::optional<Marker> TransactionStore::load() {
    std::optional<Marker> marker = load(kThisBoot);
    return marker ? marker : load(kAcrossBoots);
}

std::optional<Marker> TransactionStore::load(const char* file) {
    const std::optional<std::string> text = root_.read(file);
    if (!text) return std::nullopt;
    const Result<Json> saved = read_json(*text);
    std::optional<Marker> marker = saved ? marker_from_json(*saved) : std::nullopt;
    if (marker) return marker;
    g_warning("%s is no record of a transaction of this version; removing it", file);
    root_.remove(file);
    return std::nullopt;
}

}  // namespace hypnos::agent
