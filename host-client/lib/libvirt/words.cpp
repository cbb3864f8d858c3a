// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/words.hpp"

#include <libvirt/libvirt.h>

namespace hypnos::libvirt {

std::optional<std::string> event_word(int event, int detail) {
    switch (event) {
        case VIR_DOMAIN_EVENT_STARTED:
            return detail == VIR_DOMAIN_EVENT_STARTED_WAKEUP ? "WAKEUP" : "STARTED";
        case VIR_DOMAIN_EVENT_PMSUSPENDED:
            return detail == VIR_DOMAIN_EVENT_PMSUSPENDED_DISK ? "SUSPEND_DISK" : "SUSPEND";
        case VIR_DOMAIN_EVENT_SUSPENDED:
            return "STOP";
        case VIR_DOMAIN_EVENT_RESUMED:
            return "RESUME";
        case VIR_DOMAIN_EVENT_SHUTDOWN:
            return "SHUTDOWN";
        case VIR_DOMAIN_EVENT_CRASHED:
            return "GUEST_PANICKED";
        default:
            return std::nullopt;
    }
}

std::string state_word(int state, int reason) {
    switch (state) {
        case VIR_DOMAIN_RUNNING:
        case VIR_DOMAIN_BLOCKED:
            return "running";
        case VIR_DOMAIN_PMSUSPENDED:
            return "suspended";
        case VIR_DOMAIN_PAUSED:
            if (reason == VIR_DOMAIN_PAUSED_SHUTTING_DOWN) return "shutdown";
            return reason == VIR_DOMAIN_PAUSED_STARTING_UP ? "prelaunch" : "paused";
        case VIR_DOMAIN_SHUTDOWN:
            return "shutdown";
        case VIR_DOMAIN_SHUTOFF:
            return "off";
        case VIR_DOMAIN_CRASHED:
            return "guest-panicked";
        default:
            return "unknown";
    }
}

}  // namespace hypnos::libvirt
