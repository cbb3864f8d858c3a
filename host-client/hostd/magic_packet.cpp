// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "magic_packet.hpp"

#include <cstdio>

namespace hypnos::hostd {
namespace {

constexpr std::size_t kMac = 6;
constexpr std::size_t kTimes = 16;
constexpr std::string_view kSync = "\xFF\xFF\xFF\xFF\xFF\xFF";

bool repeats(std::string_view macs) {
    for (std::size_t i = kMac; i < kTimes * kMac; ++i)
        if (macs[i] != macs[i - kMac]) return false;
    return true;
}

std::string text_of(std::string_view mac) {
    std::string text;
    for (const char byte : mac.substr(0, kMac)) {
        char hex[4];
        std::snprintf(hex, sizeof hex, "%02x", static_cast<unsigned char>(byte));
        text += (text.empty() ? "" : ":") + std::string(hex);
    }
    return text;
}

}  // namespace

std::optional<std::string> mac_in(std::string_view payload) {
    std::size_t at = payload.find(kSync);
    for (; at != payload.npos; at = payload.find(kSync, at + 1)) {
        const std::string_view macs = payload.substr(at + kSync.size());
        if (macs.size() < kTimes * kMac) return std::nullopt;
        // More than six bytes 0xFF: the address begins after the last of them.
        if (macs.front() == '\xFF' || !repeats(macs)) continue;
        return text_of(macs);
    }
    return std::nullopt;
}

}  // namespace hypnos::hostd
