// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "journal.hpp"

#include <algorithm>

namespace hypnos::hostd {
namespace {

constexpr const char* kFile = "/var/lib/hypnos/host/guests.json";

auto find(std::vector<Carried>& guests, const std::string& name) {
    return std::find_if(guests.begin(), guests.end(),
                        [&](const Carried& each) { return each.guest.name == name; });
}

void put(std::vector<Carried>& guests, const Carried& guest) {
    const auto found = find(guests, guest.guest.name);
    found == guests.end() ? guests.push_back(guest) : void(*found = guest);
}

}  // namespace

Journal::Journal(const sleep::Root& root)
    : root_(root), boot_id_(root.text("/proc/sys/kernel/random/boot_id")) {
    const std::optional<std::string> text = root_.read(kFile);
    if (!text) return;
    if (const auto content = carried_from_text(*text + "\n")) {
        content_ = *content;
        return;
    }
    g_warning("%s is no list of guests of this version; removing it: guests may be left asleep",
              root_.path(kFile).c_str());
    root_.remove(kFile);
}

Journal::~Journal() {
    if (soon_) [[maybe_unused]]
        const Result<void> last = write();
}

Result<void> Journal::add(const std::string& operation, const std::vector<Carried>& guests) {
    content_.operation = operation;
    content_.boot_id = boot_id_;
    for (const Carried& guest : guests) put(content_.guests, guest);
    return write();
}

void Journal::settle(const Carried& guest) {
    put(content_.guests, guest);
    changed();
}

void Journal::drop(const std::string& guest) {
    const auto found = find(content_.guests, guest);
    if (found == content_.guests.end()) return;
    content_.guests.erase(found);
    changed();
}

void Journal::changed() {
    if (soon_) return;
    soon_ = glib::soon(nullptr, [this] {
        soon_.reset();
        if (const Result<void> written = write(); !written)
            g_warning("%s; if this process ends now, guests may be left asleep",
                      written.error().message.c_str());
    });
}

Result<void> Journal::write() {
    if (!content_.guests.empty()) return root_.replace_durably(kFile, to_text(content_));
    root_.remove(kFile);
    return {};
}

}  // namespace hypnos::hostd
