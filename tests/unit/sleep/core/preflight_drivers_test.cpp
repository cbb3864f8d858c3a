// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Findings about drivers and tasks, which concern every mode.

#include <gtest/gtest.h>

#include "tests/unit/sleep/core/preflight_facts.hpp"

namespace hypnos::sleep {
namespace {

using namespace test;

/// The same in all modes; the first finding.
Finding found_always(const PowerFacts& facts, const std::string& code) {
    for (const PreflightQuestion& question : {kRam, kDisk, kHybrid})
        EXPECT_EQ(codes(question, facts), Strings{code}) << name_of(question.mode);
    const std::vector<Finding> findings = preflight(kRam, facts);
    return findings.empty() ? Finding{} : findings[0];
}

PowerFacts with_driver(const std::string& name, const std::string& device = "virtio2") {
    PowerFacts facts = capable();
    facts.drivers.bound = {{"/sys/bus/virtio/drivers/" + name, {device}}};
    return facts;
}

TEST(PreflightDrivers, VirtiofsRefusesEverySleep) {
    EXPECT_EQ(found_always(with_driver("virtiofs"), "driver.nopm").subject,
              "/sys/bus/virtio/drivers/virtiofs: virtio2");
    PowerFacts facts = capable();
    facts.drivers.mounts = {{.point = "/mnt", .type = "virtiofs"}};
    EXPECT_EQ(found_always(facts, "driver.nopm").subject, "/proc/self/mountinfo: virtiofs on /mnt");
}

TEST(PreflightDrivers, OthersDoNotSurviveIt) {
    found_always(with_driver("virtio_gpu"), "driver.nopm?");
    PowerFacts facts = capable();
    facts.drivers.mounts = {{.point = "/mnt", .type = "9p"}};
    found_always(facts, "driver.nopm?");
    facts.drivers.bound = with_driver("9pnet_virtio").drivers.bound;
    found_always(facts, "driver.nopm?");
}

TEST(PreflightDrivers, VirtioMemForbidsHibernation) {
    PowerFacts facts = with_driver("virtio_mem");
    EXPECT_EQ(codes(kRam, facts), Strings{});
    EXPECT_EQ(codes(kDisk, facts), Strings{"pm.notifier"});
    EXPECT_EQ(codes(kHybrid, facts), Strings{"pm.notifier"});
    facts.snapshot = {.open_error = EPERM, .reached = true};
    EXPECT_EQ(codes(kDisk, facts), Strings{"pm.notifier"}) << "told once";
    facts.drivers.virtio_mem_persistent = false;
    EXPECT_EQ(codes(kRam, facts), Strings{"pm.notifier?"});
    facts.drivers.virtio_mem_plugged = true;
    EXPECT_EQ(codes(kRam, facts), Strings{"pm.notifier"});
}

TEST(PreflightDrivers, AnActiveWatchdogIsToldOf) {
    PowerFacts facts = capable();
    facts.drivers.watchdogs = {{"/sys/class/watchdog/watchdog0", "i6300ESB timer", "30"}};
    EXPECT_EQ(found_always(facts, "watchdog.hw?").subject,
              "/sys/class/watchdog/watchdog0: i6300ESB timer is active, 30 s");
}

TEST(PreflightTasks, AStuckTaskIsNamed) {
    PowerFacts facts = capable();
    facts.stuck = {{77, "dd", "rpc_wait_bit_killable"}};
    EXPECT_EQ(found_always(facts, "task.dstate?").subject,
              "/proc/77: dd in state D in rpc_wait_bit_killable");
    facts.stuck = {{77, "dd", ""}};
    EXPECT_EQ(found_always(facts, "task.dstate?").subject, "/proc/77: dd in state D");
}

TEST(PreflightTasks, WhoWaitsForFuseIsNamedAndWhoWaitsForVforkIsNot) {
    PowerFacts facts = capable();
    facts.stuck = {{77, "ls", "request_wait_answer", 'S'}, {78, "sh", "kernel_clone"}};
    EXPECT_EQ(found_always(facts, "task.dstate?").subject,
              "/proc/77: ls in state S in request_wait_answer");
}

TEST(PreflightTasks, AWriterThatWaitsTellsOfAFrozenFileSystem) {
    PowerFacts facts = capable();
    facts.stuck = {{77, "dd", "percpu_rwsem_wait"}, {78, "cp", "percpu_rwsem_wait"}};
    EXPECT_EQ(found_always(facts, "fs.frozen").subject,
              "/proc/77: dd in state D in percpu_rwsem_wait");
}

}  // namespace
}  // namespace hypnos::sleep
