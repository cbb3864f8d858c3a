// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/rehearsal.hpp"

#include <glib.h>

#include <cerrno>

#include "sleep/core/kernel_log.hpp"

namespace hypnos::agent {
namespace {

/// Why /dev/snapshot does not open, and what to do.
std::string open_hint(int os_error) {
    switch (os_error) {
        case EBUSY:
            return "another program holds it open, or a hibernation is under way: wait for its end";
        case EPERM:
            return "the kernel is locked down or was started with nohibernate (then "
                   "/sys/power/disk says [disabled]), or a driver refuses hibernation: see the "
                   "guest's kernel log";
        case ENOENT:
        case ENODEV:
        case ENXIO:
            return "this kernel has no hibernation, or a sandbox hides the device";
        default:
            return "the agent may lack the right to open it";
    }
}

std::string step_hint(const Rehearsal& rehearsal) {
    if (rehearsal.step == "open") return open_hint(rehearsal.os_error);
    if (!rehearsal.tasks.empty()) return refusal_text(rehearsal.tasks) + ": " + kFreezeHint;
    if (!rehearsal.device.empty()) return "device " + rehearsal.device + " refuses";
    if (rehearsal.os_error == EPERM) return "the agent needs CAP_SYS_ADMIN";
    if (rehearsal.os_error == ENOMEM) return "there is too little free memory for the image";
    return "see the guest's kernel log";
}

void add_failure(Json& reply, const Rehearsal& rehearsal) {
    reply.set("step", rehearsal.step);
    reply.set("errno", rehearsal.os_error);
    if (!rehearsal.tasks.empty()) reply.set("tasks", to_json(rehearsal.tasks));
    if (!rehearsal.device.empty()) reply.set("device", rehearsal.device);
    reply.set("error", failure_text(rehearsal));
}

}  // namespace

std::string failure_text(const Rehearsal& rehearsal) {
    if (rehearsal.os_error == 0) return {};
    return "/dev/snapshot, step " + rehearsal.step + ": " + g_strerror(rehearsal.os_error) + "; " +
           step_hint(rehearsal);
}

Json to_json(const Rehearsal& rehearsal) {
    const bool works = rehearsal.os_error == 0;
    Json reply = Json::object({{"works", works},
                               {"image-bytes", rehearsal.image_bytes},
                               {"frozen-ms", rehearsal.frozen.count()},
                               {"took-ms", rehearsal.took.count()}});
    if (rehearsal.swap_free_bytes) reply.set("swap-free-bytes", *rehearsal.swap_free_bytes);
    if (!works) add_failure(reply, rehearsal);
    return reply;
}

}  // namespace hypnos::agent
