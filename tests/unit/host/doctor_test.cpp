// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "machine/doctor.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace hypnos {
namespace {

constexpr AgentFacts kOurs{.answers = true, .is_hypnos = true}, kForeign{.answers = true},
    kSilent{};

/// Nothing speaks against a sleep of this one.
MachineFacts healthy(const char* type = "pc-i440fx-7.2") {
    MachineFacts machine;
    machine.type = type;
    machine.s3 = machine.s4 = machine.can_wake = true;
    machine.uefi = false;
    machine.ports = {{"org.qemu.guest_agent.0", true}, {"org.hypnos.power.0", true}};
    machine.disks = {{"vda", "none", true}};
    return machine;
}

std::string brief(const Finding& finding) {
    return finding.code + (finding.severity == Severity::Block ? " blocks" : " warns");
}

/// "CODE blocks" and "CODE warns", in alphabetical order.
std::vector<std::string> briefs(const MachineFacts& machine, const AgentFacts& agent,
                                SleepMode mode) {
    std::vector<std::string> result;
    for (const Finding& finding : host_findings(machine, agent, mode))
        result.push_back(brief(finding));
    std::sort(result.begin(), result.end());
    return result;
}

using Briefs = std::vector<std::string>;

struct Expected {
    Briefs ram, disk, hybrid;
};

void expect(const MachineFacts& machine, const AgentFacts& agent, const Expected& expected) {
    EXPECT_EQ(briefs(machine, agent, SleepMode::Ram), expected.ram);
    EXPECT_EQ(briefs(machine, agent, SleepMode::Disk), expected.disk);
    EXPECT_EQ(briefs(machine, agent, SleepMode::Hybrid), expected.hybrid);
}

void expect(const MachineFacts& machine, const AgentFacts& agent, const Briefs& in_all_modes) {
    expect(machine, agent, {in_all_modes, in_all_modes, in_all_modes});
}

/// Beside what a foreign agent always costs.
Briefs foreign_and(const std::string& other) { return {"host.agent-foreign warns", other}; }
const Briefs kForeignOnly = {"host.agent-foreign warns"};

Finding first(const MachineFacts& machine, const AgentFacts& agent, SleepMode mode) {
    const std::vector<Finding> findings = host_findings(machine, agent, mode);
    return findings.empty() ? Finding{} : findings.front();
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Doctor, AHealthyMachineHasNoFindings) {
    expect(healthy(), kOurs, Briefs{});
    expect(healthy("pc-q35-7.2"), kOurs, Briefs{});
    expect(healthy(), kForeign, kForeignOnly);
}

TEST(Doctor, WhatIsUnknownIsNoFinding) {
    expect(MachineFacts{}, kOurs, Briefs{});
    expect(MachineFacts{}, kForeign, kForeignOnly);
    expect(MachineFacts{}, kSilent, Briefs{"host.agent-absent blocks"});
}

TEST(Doctor, WithoutS3NothingSleepsInRam) {
    MachineFacts machine = healthy();
    machine.s3 = false;
    const Briefs blocked = foreign_and("host.s3-off blocks");
    expect(machine, kForeign, {blocked, kForeignOnly, blocked});
    expect(machine, kOurs, Briefs{});  // pm.s2idle-only says it
}

TEST(Doctor, WithoutS4ADiskSleepLooksLikeAPowerOff) {
    MachineFacts machine = healthy();
    machine.s4 = false;
    expect(machine, kForeign, {kForeignOnly, foreign_and("host.s4-off warns"), kForeignOnly});
    expect(machine, kOurs, Briefs{});  // pm.s4-off says it
}

TEST(Doctor, NamesTheOptionOfTheMachine) {
    MachineFacts machine = healthy();
    machine.s3 = machine.s4 = false;
    machine.can_wake.reset();
    const auto hint = [&machine](SleepMode mode) {
        return host_findings(machine, kForeign, mode).back().hint;
    };
    EXPECT_PRED2(has, hint(SleepMode::Ram), "-global PIIX4_PM.disable_s3=0,");
    EXPECT_PRED2(has, hint(SleepMode::Disk), "-global PIIX4_PM.disable_s4=0,");
    machine.type = "pc-q35-9.0";
    machine.uefi = true;
    EXPECT_PRED2(has, hint(SleepMode::Ram), "QEMU: -global ICH9-LPC.disable_s3=0,");
    machine.type.clear();
    EXPECT_PRED2(has, hint(SleepMode::Ram), "PIIX4_PM.disable_s3=0, on q35 -global ICH9-LPC.disa");
    EXPECT_PRED2(has, hint(SleepMode::Ram), "<pm><suspend-to-mem enabled='yes'/></pm>");
    EXPECT_PRED2(has, hint(SleepMode::Disk), "<pm><suspend-to-disk enabled='yes'/></pm>");
}

TEST(Doctor, WhatNothingCanWakeMayOnlySleepOnDisk) {
    MachineFacts machine = healthy("virt-7.2");
    machine.can_wake = false;
    const Briefs blocked = {"host.no-wakeup blocks"};
    expect(machine, kOurs, {blocked, {}, blocked});
}

TEST(Doctor, NobodyMendsQ35sFirmwareButOurAgent) {
    MachineFacts machine = healthy("pc-q35-7.2");
    expect(machine, kForeign, foreign_and("host.q35-after-s3 warns"));
    expect(machine, kOurs, Briefs{});
    machine.s3 = false;
    EXPECT_EQ(briefs(machine, kForeign, SleepMode::Disk), kForeignOnly)
        << "no S3 to come back from";
    machine.s3 = true;
    machine.uefi = true;
    expect(machine, kForeign, kForeignOnly);
    machine.uefi.reset();
    expect(machine, kForeign, kForeignOnly);
}

TEST(Doctor, AVolatileCacheMayLoseTheImage) {
    MachineFacts machine = healthy();
    machine.disks = {{"vda", "unsafe", true}, {"vdb", "", true}, {"vdc", "unsafe", true}};
    const Briefs warned = {"host.disk-cache warns"};
    expect(machine, kOurs, {{}, warned, warned});
    EXPECT_EQ(first(machine, kOurs, SleepMode::Disk).subject, "vda, vdc: cache=unsafe");
    machine.disks = {{"sda", "unsafe", false}};
    expect(machine, kOurs, Briefs{});
}

TEST(Doctor, VirtioMemForbidsHibernation) {
    MachineFacts machine = healthy();
    machine.virtio_mem = {"vmem0"};
    const Briefs blocked = foreign_and("host.virtio-mem blocks");
    expect(machine, kForeign, {foreign_and("host.virtio-mem warns"), blocked, blocked});
    expect(machine, kOurs, Briefs{});  // pm.notifier knows whether memory is plugged
}

TEST(Doctor, VirtiofsForbidsEverySleep) {
    MachineFacts machine = healthy();
    machine.virtio_fs = {"fs0", "fs1"};
    expect(machine, kForeign, foreign_and("host.virtio-fs blocks"));
    EXPECT_EQ(host_findings(machine, kForeign, SleepMode::Ram).back().subject,
              "virtiofs: fs0, fs1");
    expect(machine, kOurs, Briefs{});  // driver.nopm says it
}

TEST(Doctor, APassedThroughDeviceLooksToTheGuestLikeAnyOther) {
    MachineFacts machine = healthy();
    machine.vfio = {"hostdev0"};
    expect(machine, kOurs, Briefs{"host.vfio warns"});
}

TEST(Doctor, SaysWhyTheAgentIsSilent) {
    MachineFacts machine = healthy();
    expect(machine, kSilent, Briefs{"host.agent-absent blocks"});
    machine.ports[0].open.reset();
    expect(machine, kSilent, Briefs{"host.agent-absent blocks"});
    machine.ports[0].open = false;
    machine.ports[1].open = false;
    expect(machine, kSilent, Briefs{"host.port-closed blocks"});
    machine.ports.erase(machine.ports.begin());
    expect(machine, kSilent, Briefs{"host.port-missing blocks"});
    machine.ports.clear();
    expect(machine, kSilent, Briefs{"host.port-missing blocks", "host.port-missing warns"});
}

TEST(Doctor, ASilentGuestIsJudgedByTheHostAlone) {
    MachineFacts machine = healthy();
    machine.s3 = false;
    const Briefs both = {"host.agent-absent blocks", "host.s3-off blocks"};
    EXPECT_EQ(briefs(machine, kSilent, SleepMode::Ram), both);
}

TEST(Doctor, AnAgentThatAnswersMayBeOnAnotherTransport) {
    MachineFacts machine = healthy();
    machine.ports.clear();
    expect(machine, kOurs, Briefs{});
    expect(machine, kForeign, kForeignOnly);
}

TEST(Doctor, OnlyOurAgentNeedsThePowerPort) {
    MachineFacts machine = healthy();
    machine.ports[1].open = false;
    expect(machine, kOurs, Briefs{"host.port-closed warns"});
    expect(machine, kForeign, kForeignOnly);
    machine.ports.pop_back();
    expect(machine, kOurs, Briefs{"host.port-missing warns"});
    expect(machine, kForeign, kForeignOnly);
}

struct WrongName {
    const char *name, *meant;  // meant: null if another program's
};

class NearMiss : public testing::TestWithParam<WrongName> {};

TEST_P(NearMiss, IsRecognised) {
    MachineFacts machine = healthy();
    machine.ports = {{"some.other.port", true}, {GetParam().name, true}};
    for (const Finding& finding : host_findings(machine, kSilent, SleepMode::Ram)) {
        const bool meant = GetParam().meant != nullptr && has(finding.subject, GetParam().meant);
        const std::string but = std::string(", but ") + GetParam().name;
        EXPECT_EQ(has(finding.subject, but), meant) << finding.subject;
        EXPECT_EQ(has(finding.hint, "its right one"), meant);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Names, NearMiss,
    testing::Values(WrongName{"org.qemu.guest_agent", "org.qemu.guest_agent.0"},
                    WrongName{"org.qemu.guest_agent.1", "org.qemu.guest_agent.0"},
                    WrongName{"org.qemu.guest-agent.0", "org.qemu.guest_agent.0"},
                    WrongName{"Org.QEMU.guest_agent.0", "org.qemu.guest_agent.0"},
                    WrongName{"com.redhat.guest_agent.0", "org.qemu.guest_agent.0"},
                    WrongName{"org.qemu.gest_agnt.0", "org.qemu.guest_agent.0"},
                    WrongName{"qemu-ga", "org.qemu.guest_agent.0"},
                    WrongName{"org.hypnos.pm.0", "org.hypnos.power.0"},
                    WrongName{"org.hypnos.power", "org.hypnos.power.0"},
                    WrongName{"org.hypnos.guest_agent.0", "org.hypnos.power.0"},
                    WrongName{"org.hipnos.power.0", "org.hypnos.power.0"},
                    WrongName{"com.redhat.spice.0", nullptr},
                    WrongName{"org.spice-space.webdav.0", nullptr},
                    WrongName{"com.redhat.rhevm.vdsm", nullptr},
                    WrongName{"org.libguestfs.channel.0", nullptr}, WrongName{"", nullptr}));

TEST(Doctor, ARightNameIsNoNearMissOfTheOther) {
    MachineFacts machine = healthy();
    machine.ports.pop_back();
    EXPECT_EQ(first(machine, kOurs, SleepMode::Ram).subject, "org.hypnos.power.0: not there");
}

TEST(Doctor, EveryHintIsOneLineOfText) {
    MachineFacts machine = healthy("pc-q35-7.2");
    machine.s3 = machine.s4 = machine.can_wake = false;
    machine.ports.clear();
    machine.disks = {{"vda", "unsafe", true}};
    machine.virtio_mem = machine.virtio_fs = machine.vfio = {"x"};
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk})
        for (const AgentFacts& agent : {kOurs, kForeign, kSilent})
            for (const Finding& finding : host_findings(machine, agent, mode)) {
                EXPECT_TRUE(finding.code.starts_with("host."));
                EXPECT_FALSE(finding.subject.empty()) << finding.code;
                EXPECT_GT(finding.hint.size(), 40U) << finding.code;
                EXPECT_FALSE(has(finding.hint, "\n")) << finding.code;
            }
}

}  // namespace
}  // namespace hypnos
