// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/refresh/refresh.hpp"

#include "agent/system/refresh/balloon.hpp"
#include "agent/system/refresh/entropy.hpp"
#include "agent/system/refresh/network.hpp"

namespace hypnos::agent {

BeforeSleep read_before_sleep(const Root& root) {
    return {.clock = read_clock_before(root, system_clock(root)),
            .balloon_pages = balloon_pages(root)};
}

RefreshReport refresh(const Root& root, const Config& config, SleepMode mode,
                      const BeforeSleep& before) {
    RefreshReport report;
    const bool from_disk = mode != SleepMode::Ram;
    if (config.reseed && from_disk) reseed(root, report);
    if (config.set_clock) set_clock(root, system_clock(root), before.clock, report);
    if (config.nudge_network) nudge_network(root, report);
    if (mode == SleepMode::Disk) compare_balloon(root, before.balloon_pages, report);
    return report;
}

}  // namespace hypnos::agent
