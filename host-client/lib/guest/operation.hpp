// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One thing done with a guest, from start to one result. It has the ports for itself while it lives
// and drops what is pending on them when destroyed.

#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glib/hub.hpp"
#include "guest/ports.hpp"
#include "hypnos/clock.hpp"
#include "hypnos/guest.hpp"

namespace hypnos {

/// A guest may send events without end: what comes after so many steps is left out.
inline void add_step(std::vector<Step>& timeline, const std::string& name, HostTime at) {
    constexpr std::size_t kStepsMost = 64;
    if (timeline.size() < kStepsMost) timeline.push_back({name, at});
}

class AnyOperation {
  public:
    virtual ~AnyOperation() = default;
};

template <typename R>
class Operation : public AnyOperation {
  public:
    using Done = std::function<void(R)>;

    ~Operation() override { ports_.abandon(); }

  protected:
    Operation(Ports& ports, std::chrono::milliseconds limit, Done done)
        : ports_(ports), deadline_(host_now() + limit), done_(std::move(done)) {}

    /// Reports once, from the next turn of the loop; `done` may destroy this. Until then a second
    /// result replaces the first.
    void finish(const R& result) {
        result_ = result;
        if (ending_) return;
        ending_ = glib::hub::soon(ports_.context, [this] {
            const Done done = std::move(done_);
            done(*std::exchange(result_, std::nullopt));
        });
    }

    [[nodiscard]] std::chrono::milliseconds remaining() const {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - host_now());
        return std::max(left, std::chrono::milliseconds(0));
    }

    [[nodiscard]] Ports& ports() { return ports_; }

  private:
    Ports& ports_;
    HostTime deadline_;
    Done done_;
    std::optional<R> result_;
    glib::Source ending_;
};

}  // namespace hypnos
