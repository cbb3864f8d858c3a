// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "runner.hpp"

#include <algorithm>
#include <utility>

namespace hypnos {

// A guest that ends while it is being started gets no round of its own: that one goes on.
void FleetRunner::go() {
    if (std::exchange(going_, true)) return;
    for (auto next = plan_.start(); !next.empty(); next = plan_.start()) {
        running_.insert(running_.end(), next.begin(), next.end());
        for (const std::size_t index : next)
            handlers_.start(index, [this, index](bool well) { ended(index, well); });
    }
    going_ = false;
    if (handlers_.moved) handlers_.moved();
    if (!plan_.over() || std::exchange(over_, true)) return;
    if (const auto over = handlers_.over) over();
}

void FleetRunner::ended(std::size_t index, bool well) {
    running_.erase(std::find(running_.begin(), running_.end(), index));
    plan_.ended(index, well);
    go();
}

void FleetRunner::stop() {
    plan_.stop();
    const std::vector<std::size_t> running = running_;
    for (const std::size_t index : running)
        if (handlers_.cancel) handlers_.cancel(index);
    go();
}

}  // namespace hypnos
