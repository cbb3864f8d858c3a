// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Drivers that refuse to sleep, or do not survive it.

#include <cerrno>
#include <string_view>

#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Nothing, or what is wrong with a driver that has devices.
Findings judge(const BoundDriver& driver) {
    const std::string evidence = says(driver.path, driver.devices.front());
    const std::string_view name = last_part(driver.path);
    if (name == "virtio_mem") return {};  // see memory_devices_agree()
    if (name == "virtiofs")
        return {block("driver.nopm", evidence,
                      "virtiofs refuses every sleep; unmount it and unbind the device, or take "
                      "it out of the machine")};
    return {warn("driver.nopm", evidence,
                 "this driver does not save its device's state, so the device may be dead after "
                 "the wake; stop using it before a sleep, in a hook for example")};
}

/// Mounts count only where their driver has not been found.
Findings judge(const Mount& mount) {
    const std::string evidence = says("/proc/self/mountinfo", mount.type + " on " + mount.point);
    if (mount.type == "virtiofs")
        return {block("driver.nopm", evidence, "virtiofs refuses every sleep; unmount it")};
    return {warn("driver.nopm", evidence,
                 "this file system may be dead after the wake; unmount it before a sleep")};
}

Finding snapshot_is_held(const SnapshotFacts& snapshot) {
    if (snapshot.holders.empty())
        return block("pm.busy", says("/dev/snapshot", "EBUSY, by an unknown holder"),
                     "somebody else is about to hibernate or holds this device open; end that");
    const Process& holder = snapshot.holders.front();
    return block("pm.busy",
                 says("/dev/snapshot",
                      "open in " + holder.name + " (pid " + std::to_string(holder.pid) + ")"),
                 "as long as this process holds the device open, nobody else may hibernate; end "
                 "it");
}

const BoundDriver* memory_devices(const PowerFacts& facts) {
    for (const BoundDriver& driver : facts.drivers.bound)
        if (last_part(driver.path) == "virtio_mem") return &driver;
    return nullptr;
}

}  // namespace

Findings memory_devices_agree(const Question& question, const PowerFacts& facts) {
    const BoundDriver* driver = memory_devices(facts);
    if (driver == nullptr) return {};
    const std::string evidence = says(driver->path, driver->devices.front());
    if (uses_disk(question.mode))
        return {block("pm.notifier", evidence,
                      "virtio-mem forbids hibernation; take the device out of the machine")};
    if (facts.drivers.virtio_mem_persistent) return {};
    if (facts.drivers.virtio_mem_plugged)
        return {block("pm.notifier", evidence,
                      "virtio-mem forbids suspend to RAM while memory is plugged by it; unplug it "
                      "and unload virtio_mem")};
    return {warn("pm.notifier", evidence,
                 "older kernels, 6.1 among them, forbid suspend to RAM while virtio-mem has a "
                 "device, even an empty one; unload virtio_mem there")};
}

Findings notifiers_agree(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode)) return {};
    const SnapshotFacts& snapshot = facts.snapshot;
    if (snapshot.open_error == EBUSY) return {snapshot_is_held(snapshot)};
    if (snapshot.open_error != EPERM || !snapshot.reached || memory_devices(facts) != nullptr)
        return {};
    return {block("pm.notifier", says("/dev/snapshot", "EPERM"),
                  "a driver forbids hibernation to the kernel; its log names the driver, as a "
                  "rule: look there and unload it")};
}

Findings drivers_can_sleep(const Question&, const PowerFacts& facts) {
    Findings findings;
    const auto add = [&findings](const Findings& more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    for (const BoundDriver& driver : facts.drivers.bound) add(judge(driver));
    if (findings.empty())
        for (const Mount& mount : facts.drivers.mounts) add(judge(mount));
    return findings;
}

Findings watchdogs_sleep_too(const Question&, const PowerFacts& facts) {
    Findings findings;
    for (const Watchdog& watchdog : facts.drivers.watchdogs)
        findings.push_back(
            warn("watchdog.hw",
                 says(watchdog.path, watchdog.identity + " is active, " + watchdog.timeout + " s"),
                 "nobody feeds it while the machine is frozen or writes its "
                 "image, so it may reset the machine; stop it or raise its "
                 "timeout before a sleep"));
    return findings;
}

}  // namespace hypnos::sleep::checks
