// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "magic_waker.hpp"

#include <algorithm>
#include <utility>

namespace hypnos::hostd {
namespace {

/// More at once than this are dropped: whoever sends a magic packet sends it again.
constexpr std::size_t kMost = 64;

bool is_wanted(const GuestSpec& guest, const std::vector<std::string>& macs) {
    return std::any_of(guest.macs.begin(), guest.macs.end(), [&](const std::string& mac) {
        return std::find(macs.begin(), macs.end(), mac) != macs.end();
    });
}

}  // namespace

Result<std::unique_ptr<MagicWaker>> MagicWaker::listen(std::uint16_t port, World world) {
    std::unique_ptr<MagicWaker> waker(new MagicWaker(std::move(world)));
    MagicWaker* const raw = waker.get();
    auto socket =
        WakeOnLan::listen(nullptr, port, [raw](const std::string& mac) { raw->packet_came(mac); });
    if (!socket) return fail(socket.error());
    waker->socket_ = *std::move(socket);
    return waker;
}

void MagicWaker::packet_came(const std::string& mac) {
    if (wanted_.size() == kMost) return;
    wanted_.push_back(mac);
    if (!looking_) look();
}

void MagicWaker::look() {
    looking_ = true;
    finder_.start(world_.find, [this](const Found& found) { this->found(found); });
}

void MagicWaker::found(const Found& found) {
    looking_ = false;
    const std::vector<std::string> macs = std::exchange(wanted_, {});
    for (const GuestSpec& guest : found.guests)
        if (is_wanted(guest, macs) && !waking_.contains(guest.name)) wake(guest);
}

void MagicWaker::wake(const GuestSpec& guest) {
    g_message("a Wake-on-LAN packet wakes %s", guest.name.c_str());
    const std::shared_ptr<CarriedGuest> reached = world_.reach(guest);
    waking_[guest.name] = reached;
    reached->wake({}, [this, name = guest.name](const Result<WakeReport>& report) {
        g_message("%s: %s", name.c_str(),
                  report ? report->text.c_str() : report.error().message.c_str());
        waking_.erase(name);
    });
}

}  // namespace hypnos::hostd
