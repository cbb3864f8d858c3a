// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/domain_xml.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace hypnos::libvirt {
namespace {

std::string golden(const std::string& name) {
    std::ifstream file(HYPNOS_GOLDEN "/" + name);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

MachineFacts read(const std::string& xml) {
    const Result<MachineFacts> facts = read_domain_xml(xml);
    EXPECT_TRUE(facts) << (facts ? "" : facts.error().message);
    return facts.value_or(MachineFacts{});
}

MachineFacts with_devices(const std::string& devices) {
    return read("<domain><devices>" + devices + "</devices></domain>");
}

bool is_refused(const std::string& xml) { return !read_domain_xml(xml); }

TEST(DomainXml, OfALiveDomain) {
    const MachineFacts facts = read(golden("live_domain.xml"));
    EXPECT_EQ(facts.type, "pc-q35-7.2");
    EXPECT_EQ(facts.s3, true);
    EXPECT_EQ(facts.s4, false);
    EXPECT_EQ(facts.can_wake, std::nullopt);
    EXPECT_EQ(facts.uefi, false);
    ASSERT_EQ(facts.ports.size(), 3U);
    EXPECT_EQ(facts.ports[0].name, "org.qemu.guest_agent.0");
    EXPECT_EQ(facts.ports[0].open, true);
    EXPECT_EQ(facts.ports[1].name, "org.hypnos.power.0");
    EXPECT_EQ(facts.ports[2].open, false);
    ASSERT_EQ(facts.disks.size(), 2U);
    EXPECT_EQ(facts.disks[0].name, "vda");
    EXPECT_EQ(facts.disks[0].cache, "unsafe");
    EXPECT_TRUE(facts.disks[0].writable);
    EXPECT_EQ(facts.disks[1].name, "sda");
    EXPECT_EQ(facts.disks[1].cache, "");
    EXPECT_FALSE(facts.disks[1].writable);
    EXPECT_EQ(facts.virtio_mem, std::vector<std::string>{"virtiomem0"});
    EXPECT_TRUE(facts.virtio_fs.empty() && facts.vfio.empty());
}

TEST(DomainXml, WhatIsNotThereIsUnknown) {
    const MachineFacts facts = read("<domain/>");
    EXPECT_EQ(facts.type, "");
    EXPECT_FALSE(facts.s3 || facts.s4 || facts.can_wake || facts.uefi);
    EXPECT_TRUE(facts.ports.empty() && facts.disks.empty());
}

TEST(DomainXml, Firmware) {
    const auto uefi = [](const std::string& os) {
        return read("<domain>" + os + "</domain>").uefi;
    };
    const std::string pc = "<type arch='x86_64' machine='pc'>hvm</type>";
    EXPECT_EQ(uefi("<os>" + pc + "</os>"), false);
    EXPECT_EQ(uefi("<os><loader readonly='yes' type='pflash'>/ovmf</loader>" + pc + "</os>"), true);
    EXPECT_EQ(uefi("<os firmware='efi'>" + pc + "</os>"), true);
    EXPECT_EQ(uefi("<os firmware='bios'>" + pc + "<loader/></os>"), false);
    EXPECT_EQ(uefi("<os>" + pc + "<loader type='rom'>/some.bin</loader></os>"), std::nullopt);
    EXPECT_EQ(uefi("<os><type arch='aarch64' machine='virt'>hvm</type></os>"), std::nullopt);
}

TEST(DomainXml, APortIsAVirtioChannel) {
    const MachineFacts facts = with_devices(
        "<channel type='unix'><target type='virtio' name='a'/></channel>"
        "<channel type='pty'><target type='guestfwd' name='b'/></channel>"
        "<console type='pty'><target type='virtio' name='c'/></console>");
    ASSERT_EQ(facts.ports.size(), 1U);
    EXPECT_EQ(facts.ports[0].name, "a");
    EXPECT_EQ(facts.ports[0].open, std::nullopt);
}

TEST(DomainXml, ABackingFilesDriverIsNotTheDisks) {
    const MachineFacts facts = with_devices(
        "<disk type='file'><backingStore><driver cache='unsafe'/><target dev='x'/><readonly/>"
        "</backingStore><target dev='vda'/><driver cache='default'/></disk>");
    ASSERT_EQ(facts.disks.size(), 1U);
    EXPECT_EQ(facts.disks[0].name, "vda");
    EXPECT_EQ(facts.disks[0].cache, "");
    EXPECT_TRUE(facts.disks[0].writable);
}

TEST(DomainXml, DevicesThatMindSleep) {
    const MachineFacts facts = with_devices(
        "<memory model='dimm'/><memory model='virtio-mem'/>"
        "<filesystem type='mount'><driver type='virtiofs'/><target dir='share'/></filesystem>"
        "<filesystem type='mount'><driver type='path'/><target dir='plan9'/></filesystem>"
        "<hostdev mode='subsystem' type='pci'><alias name='hostdev0'/></hostdev>"
        "<hostdev mode='subsystem' type='mdev'/><hostdev mode='subsystem' type='usb'/>"
        "<interface type='hostdev'><alias name='hostdev1'/></interface><interface type='user'/>");
    EXPECT_EQ(facts.virtio_mem, std::vector<std::string>{"memory"});
    EXPECT_EQ(facts.virtio_fs, std::vector<std::string>{"share"});
    EXPECT_EQ(facts.vfio, (std::vector<std::string>{"hostdev0", "hostdev", "hostdev1"}));
}

TEST(DomainXml, MacsOfCards) {
    const MachineFacts facts = with_devices(
        "<interface type='network'><mac address='52:54:00:AB:00:01'/><source network='x'/>"
        "</interface><interface type='hostdev'><mac address='52:54:00:ab:00:02'/></interface>"
        "<interface type='user'/><interface type='user'><mac address='none'/></interface>"
        "<disk><mac address='52:54:00:ab:00:03'/></disk>");
    EXPECT_EQ(facts.macs, (std::vector<std::string>{"52:54:00:ab:00:01", "52:54:00:ab:00:02"}));
}

TEST(DomainXml, OnlyADomainsOwnElementsCount) {
    const MachineFacts facts = read(
        "<domain><metadata><pm><suspend-to-mem enabled='no'/></pm><devices><disk/></devices>"
        "</metadata><pm><suspend-to-mem/><x><suspend-to-disk enabled='no'/></x></pm></domain>");
    EXPECT_FALSE(facts.s3 || facts.s4);
    EXPECT_TRUE(facts.disks.empty());
}

TEST(DomainXml, OtherTextsAreErrors) {
    for (const char* xml : {"", "no xml", "<domain>", "<domain></devices>", "<pool/>",
                            "<domain a=1/>", "<domain>&bad;</domain>", "<domain>\xff</domain>"})
        EXPECT_PRED1(is_refused, xml);
}

TEST(DomainXml, SizeAndDepthAreLimited) {
    const std::string comment = "<!--" + std::string(std::size_t{1} << 20, 'x') + "-->";
    EXPECT_PRED1(is_refused, "<domain>" + comment + "</domain>");
    std::string deep = "<domain>";
    for (int i = 0; i < 1000; ++i) deep += "<a>";
    EXPECT_PRED1(is_refused, deep);
    EXPECT_NE(read_domain_xml(deep).error().message.find("too many levels"), std::string::npos);
}

}  // namespace
}  // namespace hypnos::libvirt
