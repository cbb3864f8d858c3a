// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/block_device.hpp"

#include <gtest/gtest.h>

#include "agent/system/mounts/disks.hpp"
#include "agent/system/mounts/file_systems.hpp"
#include "agent/system/mounts/fsinfo.hpp"
#include "tests/unit/agent/fake_kernel.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kPci = "/sys/devices/pci0000:00";

/// "bus-type domain:bus:slot.function bus/target/unit serial dev"
std::string said(const DiskAddress& address) {
    const PciAddress& pci = address.controller;
    return address.bus_type + " " + std::to_string(pci.domain) + ":" + std::to_string(pci.bus) +
           ":" + std::to_string(pci.slot) + "." + std::to_string(pci.function) + " " +
           std::to_string(address.bus) + "/" + std::to_string(address.target) + "/" +
           std::to_string(address.unit) + " " + address.serial + " " + address.dev;
}

class BlockDevices : public testing::Test {
  protected:
    /// `path`: of its directory in sysfs.
    void add(const std::string& path, const std::string& number, const std::string& size = "2048") {
        temp_.write(path + "/dev", number + "\n");
        temp_.write(path + "/size", size + "\n");
        temp_.link("/sys/dev/block/" + number, "../.." + path.substr(4));
    }
    void add_disk(const std::string& path, const std::string& number,
                  const std::string& size = "2048") {
        add(path, number, size);
        temp_.make_directory(path + "/slaves");
        temp_.link("/sys/block" + path.substr(path.rfind('/')), ".." + path.substr(4));
    }
    void add_partition(const std::string& path, const std::string& number) {
        add(path, number);
        temp_.write(path + "/partition", "1\n");
    }
    void add_driver(const std::string& controller, const std::string& name) {
        temp_.make_directory("/sys/bus/pci/drivers/" + name);
        temp_.link(controller + "/driver", temp_.path("/sys/bus/pci/drivers/" + name));
    }
    /// The addresses of the disks below a device.
    std::string disks(DeviceNumber number) {
        const auto device = BlockDevice::find(root_, number);
        if (!device) return "unknown";
        std::string all;
        for (const DiskAddress& address : device->disks())
            all += (all.empty() ? "" : "; ") + said(address);
        return all;
    }

    test::TempRoot temp_;
    const Root root_ = temp_.root();
};

TEST_F(BlockDevices, OneThatSysfsDoesNotKnow) { EXPECT_EQ(disks({8, 1}), "unknown"); }

TEST_F(BlockDevices, VirtioBlk) {
    const std::string disk = std::string(kPci) + "/0000:00:02.1/0000:04:1f.7/virtio2/block/vda";
    add_disk(disk, "253:0");
    temp_.write(disk + "/serial", "data");
    add_partition(disk + "/vda1", "253:1");
    EXPECT_EQ(disks({253, 0}), "virtio 0:4:31.7 0/0/0 data /dev/vda");
    EXPECT_EQ(disks({253, 1}), "virtio 0:4:31.7 0/0/0 data /dev/vda1");
}

TEST_F(BlockDevices, UdevsSerialIsTakenWhereThereIsUdev) {
    const std::string disk = std::string(kPci) + "/0000:00:05.0/virtio2/block/vda";
    add_disk(disk, "253:0");
    temp_.write(disk + "/serial", "data");
    temp_.write("/run/udev/data/b253:0",
                "S:disk/by-id/x\nE:ID_SERIAL_SHORT=1\nE:ID_SERIAL=udev's\n");
    EXPECT_EQ(disks({253, 0}), "virtio 0:0:5.0 0/0/0 udev's /dev/vda");
}

TEST_F(BlockDevices, ScsiOnVirtio) {
    const std::string pci = std::string(kPci) + "/0000:00:06.0";
    add_driver(pci, "virtio-pci");
    add_disk(pci + "/virtio3/host2/target2:1:3/2:1:3:4/block/sda", "8:0");
    EXPECT_EQ(disks({8, 0}), "scsi 0:0:6.0 1/3/4  /dev/sda");
}

TEST_F(BlockDevices, IdeHasTwoDisksOnEachOfItsPorts) {
    const std::string pci = std::string(kPci) + "/0000:00:01.1";
    add_driver(pci, "ata_piix");
    temp_.make_directory(pci + "/ata3");
    add_disk(pci + "/ata4/host3/target3:0:1/3:0:1:0/block/sdb", "8:16");
    EXPECT_EQ(disks({8, 16}), "ide 0:0:1.1 1/0/1  /dev/sdb");
}

TEST_F(BlockDevices, SataHasOneDiskOnEachOfItsPorts) {
    const std::string pci = std::string(kPci) + "/0000:00:1f.2";
    add_driver(pci, "ahci");
    for (const char* port : {"/ata9", "/ata10", "/ata_port", "/driver_override"})
        temp_.make_directory(pci + port);
    add_disk(pci + "/ata11/host10/target10:0:0/10:0:0:0/block/sdc", "8:32");
    EXPECT_EQ(disks({8, 32}), "sata 0:0:31.2 0/0/2  /dev/sdc");
}

TEST_F(BlockDevices, Nvme) {
    const std::string disk = std::string(kPci) + "/0000:00:04.0/nvme/nvme0/nvme0n1";
    add_disk(disk, "259:0");
    temp_.link(disk + "/device", "..");
    temp_.write(std::string(kPci) + "/0000:00:04.0/nvme/nvme0/serial", "deadbeef   ");
    add_partition(disk + "/nvme0n1p1", "259:1");
    EXPECT_EQ(disks({259, 1}), "nvme 0:0:4.0 0/0/0 deadbeef /dev/nvme0n1p1");
}

TEST_F(BlockDevices, NvmeWithASubsystemIsWhereItsControllerIs) {
    const std::string subsystem = "/sys/devices/virtual/nvme-subsystem/nvme-subsys0";
    add_disk(subsystem + "/nvme0n1", "259:0");
    temp_.make_directory(std::string(kPci) + "/0000:00:04.0/nvme/nvme0");
    temp_.link(subsystem + "/nvme0", "../../../pci0000:00/0000:00:04.0/nvme/nvme0");
    EXPECT_EQ(disks({259, 0}), "nvme 0:0:4.0 0/0/0  /dev/nvme0n1");
}

TEST_F(BlockDevices, OnNoPciBus) {
    add_disk("/sys/devices/platform/a003e00.virtio_mmio/virtio1/block/vda", "253:0");
    add_disk("/sys/devices/vbd-51712/block/xvda", "202:0");
    add_disk("/sys/devices/platform/nonsense/block/odd", "250:0");
    EXPECT_EQ(disks({253, 0}), "virtio -1:-1:-1.-1 0/0/0  /dev/vda");
    EXPECT_EQ(disks({202, 0}), "xen -1:-1:-1.-1 0/0/0  /dev/xvda");
    EXPECT_EQ(disks({250, 0}), "unknown -1:-1:-1.-1 0/0/0  /dev/odd");
}

TEST_F(BlockDevices, Usb) {
    add_disk(
        std::string(kPci) + "/0000:00:03.0/usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sdd",
        "8:48");
    EXPECT_EQ(disks({8, 48}), "usb 0:0:3.0 0/0/0  /dev/sdd");
}

/// A volume over a partition and a whole disk.
class Volume : public BlockDevices {
  protected:
    Volume() {
        const std::string a = std::string(kPci) + "/0000:00:05.0/virtio2/block/vda";
        add_disk(a, "253:0");
        add_partition(a + "/vda2", "253:2");
        add_disk(std::string(kPci) + "/0000:00:06.0/virtio3/block/vdb", "253:16");
        add_disk(kVolume, "252:0");
        temp_.write(std::string(kVolume) + "/dm/name", "vg-data\n");
        temp_.link(std::string(kVolume) + "/slaves/vda2",
                   "../../../../pci0000:00/0000:00:05.0/virtio2/block/vda/vda2");
        temp_.link(std::string(kVolume) + "/slaves/vdb",
                   "../../../../pci0000:00/0000:00:06.0/virtio3/block/vdb");
    }
    static constexpr const char* kVolume = "/sys/devices/virtual/block/dm-0";
};

TEST_F(Volume, LiesOnTheDisksOfAllItIsMadeOf) {
    EXPECT_EQ(disks({252, 0}), "virtio 0:0:5.0 0/0/0  /dev/vda2; virtio 0:0:6.0 0/0/0  /dev/vdb");
}

TEST_F(Volume, IsListedWithItsAliasAndWhatItDependsOn) {
    add_disk("/sys/devices/virtual/block/loop0", "7:0", "0");
    const std::vector<Json> listed = read_disks(root_).elements();
    ASSERT_EQ(listed.size(), 4U) << "loop0 has no size";
    EXPECT_EQ(listed[0], Json::object({{"name", "/dev/dm-0"},
                                       {"partition", false},
                                       {"dependencies", Json::array({"/dev/vda2", "/dev/vdb"})},
                                       {"alias", "vg-data"}}));
    EXPECT_EQ(listed[1]["name"], Json("/dev/vda"));
    EXPECT_EQ(listed[1]["address"]["bus-type"], Json("virtio"));
    EXPECT_EQ(listed[1]["dependencies"], Json::array());
    EXPECT_EQ(listed[2], Json::object({{"name", "/dev/vda2"},
                                       {"partition", true},
                                       {"dependencies", Json::array({"/dev/vda"})}}));
}

TEST_F(Volume, FsinfoHasAnEntryForEachMount) {
    temp_.write("/proc/self/mountinfo", mount_line(1, "252:0", "/") +
                                            mount_line(2, "0:5", "/run", "tmpfs") +
                                            mount_line(3, "252:0", "/bind"));
    const std::vector<Json> infos = read_fsinfo(root_).elements();
    ASSERT_EQ(infos.size(), 2U);
    EXPECT_EQ(infos[0]["name"], Json("dm-0"));
    EXPECT_EQ(infos[0]["mountpoint"], Json("/"));
    EXPECT_EQ(infos[0]["type"], Json("ext4"));
    EXPECT_EQ(infos[0]["disk"].elements().size(), 2U);
    EXPECT_TRUE(infos[0]["used-bytes"].integer());
    EXPECT_EQ(infos[1]["mountpoint"], Json("/bind"));
    EXPECT_FALSE(infos[1].has("used-bytes")) << "its mount point is not there";
}

TEST_F(BlockDevices, ALoopDeviceIsNoDiskAndIsFrozenBeforeWhatItsFileLiesOn) {
    const std::string loop = "/sys/devices/virtual/block/loop0";
    add_disk(loop, "7:0");
    temp_.write(loop + "/loop/backing_file", "/srv/images/disk.img\n");
    add_disk("/sys/devices/virtual/block/dm-0", "252:0");
    temp_.link("/sys/devices/virtual/block/dm-0/slaves/loop0", "../../loop0");
    temp_.write("/proc/self/mountinfo", mount_line(1, "8:1", "/") +
                                            mount_line(2, "252:0", "/mapped") +
                                            mount_line(3, "8:2", "/srv"));
    EXPECT_EQ(disks({7, 0}), "");
    std::string order;
    for (const FileSystem& one : read_in_freeze_order(root_))
        order += one.mounts.front().point + " ";
    EXPECT_EQ(order, "/mapped /srv / ");
}

TEST_F(BlockDevices, NamesWithASlash) {
    add_disk(std::string(kPci) + "/0000:00:05.0/cciss0/c0d0/block/cciss!c0d0", "104:0");
    EXPECT_EQ(BlockDevice::find(root_, "cciss!c0d0")->node(), "/dev/cciss/c0d0");
}

}  // namespace
}  // namespace hypnos::agent
