// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The events of a guest, as they come: the agent's (from the power port if given, else from the
// agent port) and its machine's. Reconnects for ever, also to the new QEMU after a disk sleep, and asks
// the agent for what it missed meanwhile. Ends when destroyed. One thread, on the given context.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hypnos/clock.hpp"
#include "hypnos/export.h"
#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/message.hpp"

typedef struct _GMainContext GMainContext;

namespace hypnos {

struct Ports;

struct WatchedEvent {
    std::string port;  ///< "qmp", "agent" or "power"
    HostTime at{};     ///< when it arrived
    Event event;
};

class Watch {
  public:
    struct Handlers {
        std::function<void(const WatchedEvent&)> on_event;
        /// A port came or went: for a person.
        std::function<void(const std::string&)> on_note;
    };

    /// Handlers must not destroy the watch.
    HYPNOS_API Watch(GMainContext* context, const GuestSpec& spec, const Handlers& handlers);
    HYPNOS_API ~Watch();

  private:
    friend class Guest;
    Watch(Ports ports, const Handlers& handlers);

    class Port;
    class AgentPort;
    class MachinePort;
    std::unique_ptr<Port> agent_, machine_;
};

}  // namespace hypnos
