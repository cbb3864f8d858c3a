// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A guest's machine and its ports, open or not.

#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "hypnos/guest_spec.hpp"
#include "hypnos/session.hpp"
#include "machine/monitor.hpp"

namespace hypnos {

/// How long a peer that is there may take to answer at first.
inline constexpr std::chrono::milliseconds kConnectLimit{5000};

struct Ports {
    Ports(GMainContext* main_context, const GuestSpec& spec);

    /// Another user of the same connections.
    [[nodiscard]] Ports share() const;

    /// Where commands go: hypnos-agent takes them on both ports. Null without either.
    [[nodiscard]] Session* control() {
        if (agent) return &*agent;
        return power ? &*power : nullptr;
    }

    /// Where events come from: the power port sends them unasked.
    [[nodiscard]] Session* listener() { return power ? &*power : control(); }

    void abandon();

    GMainContext* context;
    std::unique_ptr<Monitor> machine;  ///< null if nobody can tell of it
    std::optional<Session> agent, power;

  private:
    explicit Ports(GMainContext* main_context) : context(main_context) {}
};

}  // namespace hypnos
