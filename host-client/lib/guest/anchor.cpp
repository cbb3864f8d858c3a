// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/anchor.hpp"

#include "guest/record.hpp"

namespace hypnos {

void add_anchor(std::vector<ClockAnchor>& anchors, const Json& status, HostTime asked) {
    const std::optional<std::chrono::microseconds> guest = boottime_of(status);
    if (!guest) return;
    const HostTime half = (host_now() - asked) / 2;
    anchors.push_back({asked + half, *guest, half});
}

}  // namespace hypnos
