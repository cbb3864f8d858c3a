// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The sessions of one guest, open or not.

#pragma once

#include <chrono>
#include <optional>

#include "hypnos/guest_spec.hpp"
#include "hypnos/session.hpp"

namespace hypnos {

/// How long a peer that is there may take to answer at first.
inline constexpr std::chrono::milliseconds kConnectLimit{5000};

struct Ports {
    Ports(GMainContext* main_context, const GuestSpec& spec) : context(main_context) {
        if (!spec.qmp.empty()) qmp.emplace(context, spec.qmp);
        if (!spec.agent.empty()) agent.emplace(context, spec.agent);
        if (!spec.power.empty()) power.emplace(context, spec.power);
    }

    /// Where commands go: hypnos-agent takes them on both ports. Null without either.
    [[nodiscard]] AgentSession* control() {
        if (agent) return &*agent;
        return power ? &*power : nullptr;
    }

    /// Where events come from: the power port sends them unasked.
    [[nodiscard]] AgentSession* listener() { return power ? &*power : control(); }

    void abandon() {
        if (qmp) qmp->abandon();
        if (agent) agent->abandon();
        if (power) power->abandon();
    }

    GMainContext* context;
    std::optional<QmpSession> qmp;
    std::optional<AgentSession> agent, power;
};

}  // namespace hypnos
