// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/facts/facts.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/file_location.hpp"
#include "sleep/system/facts/parts.hpp"
#include "sleep/system/time/clocks.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

using Strings = std::vector<std::string>;

class FactsTest : public testing::Test {
  protected:
    FactsTest() {
        temp_.write("/sys/power/state", "freeze mem disk\n");
        temp_.write("/sys/power/mem_sleep", "[s2idle] deep\n");
        temp_.write("/sys/power/disk", "[platform] shutdown reboot suspend\n");
        temp_.write("/proc/swaps", "Filename\n/dev/vdb partition 1 0 -2\n");
    }

    PowerFacts read(SleepMode mode = SleepMode::Disk) const {
        return read_power_facts(Power(temp_.root()), mode, StandingByCounts::Yes);
    }
    /// What preflight makes of what was read.
    Strings codes(SleepMode mode = SleepMode::Disk) const {
        Strings result;
        for (const Finding& finding : preflight({.mode = mode}, read(mode)))
            result.push_back(finding.code);
        return result;
    }

    test::TempRoot temp_;
};

TEST_F(FactsTest, AMachineOfFewFilesIsNotSuspected) {
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid})
        EXPECT_EQ(codes(mode), Strings{}) << name_of(mode);
}

TEST_F(FactsTest, QuickFactsAreReadFromTheFiles) {
    const PowerFacts facts = read_quick_facts(Power(temp_.root()), StandingByCounts::Yes);
    EXPECT_TRUE(facts.machine.state.offers("mem"));
    EXPECT_EQ(facts.machine.mem_sleep.chosen, "s2idle");
    EXPECT_EQ(facts.machine.disk.chosen, "platform");
    EXPECT_FALSE(facts.machine.acpi_off || facts.machine.state_read_only);
    ASSERT_EQ(facts.swap.active.size(), 1U);
    EXPECT_EQ(facts.swap.active[0].name, "/dev/vdb");
}

TEST_F(FactsTest, FilesThatAreNotThereOfferNothing) {
    const test::TempRoot empty;
    const PowerFacts facts = read_power_facts(Power(empty.root()), SleepMode::Disk);
    EXPECT_TRUE(facts.machine.state.words.empty());
    EXPECT_TRUE(facts.machine.mem_sleep.words.empty());
    EXPECT_TRUE(facts.swap.active.empty());
    EXPECT_EQ(facts.kernel.command_line, std::nullopt);
    EXPECT_EQ(facts.resume.offset, std::nullopt);
    EXPECT_EQ(facts.memory.largest_free_order, std::nullopt);
    EXPECT_EQ(facts.rtc_ahead, std::nullopt);
}

TEST_F(FactsTest, Autosleep) {
    temp_.write("/sys/power/autosleep", "mem\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{"pm.busy"});
}

TEST_F(FactsTest, MaskedUnitsOfTheMode) {
    temp_.link("/etc/systemd/system/sleep.target", "/dev/null");
    temp_.link("/run/systemd/system/systemd-hibernate.service", "/dev/null");
    temp_.link("/etc/systemd/system/suspend.target", "/usr/lib/systemd/system/suspend.target");
    EXPECT_EQ(read(SleepMode::Ram).machine.masked_units,
              Strings{"/etc/systemd/system/sleep.target"});
    EXPECT_EQ(read(SleepMode::Disk).machine.masked_units,
              (Strings{"/etc/systemd/system/sleep.target",
                       "/run/systemd/system/systemd-hibernate.service"}));
}

TEST_F(FactsTest, OfflineCpus) {
    temp_.write("/sys/devices/system/cpu/online", "0\n");
    temp_.write("/sys/devices/system/cpu/present", "0-3\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{"vcpu.offline"});
}

TEST_F(FactsTest, TheRtcAgainstTheClock) {
    const auto now = std::chrono::floor<std::chrono::seconds>(realtime()).count();
    temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(now) + "\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{});
    temp_.write("/sys/class/rtc/rtc0/since_epoch", std::to_string(now + 3600) + "\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{"time.rtc"});
}

TEST_F(FactsTest, TheReasonIsSearchedOnlyWhereHibernationIsOff) {
    temp_.write("/proc/12/comm", "keeper\n");
    temp_.link("/proc/12/fd/3", "/secretmem (deleted)");
    EXPECT_FALSE(read().disabled.searched);
    temp_.write("/sys/power/disk", "[disabled]\n");
    EXPECT_FALSE(read(SleepMode::Ram).disabled.searched);
    const PowerFacts facts = read();
    ASSERT_EQ(facts.disabled.secretmem.size(), 1U);
    EXPECT_EQ(facts.disabled.secretmem[0].pid, 12);
    EXPECT_EQ(facts.disabled.secretmem[0].name, "keeper");
    EXPECT_TRUE(facts.disabled.secretmem_possible);
    EXPECT_EQ(codes(), Strings{"pm.disabled"});
}

TEST_F(FactsTest, SecretMemoryIsFoundInMapsToo) {
    temp_.write("/sys/power/disk", "[disabled]\n");
    temp_.write("/proc/9/maps", "7f00-7f01 rw-s 00000000 00:00 5      /secretmem (deleted)\n");
    temp_.write("/proc/10/maps", "7f00-7f01 rw-s 00000000 00:00 5      /home/secretmem\n");
    const std::vector<Process> holders = read().disabled.secretmem;
    ASSERT_EQ(holders.size(), 1U);
    EXPECT_EQ(holders[0].pid, 9);
}

TEST_F(FactsTest, OtherReasonsForHibernationBeingOff) {
    temp_.write("/sys/power/disk", "[disabled]\n");
    temp_.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    temp_.write("/sys/module/secretmem/parameters/enable", "N\n");
    temp_.make_directory("/sys/bus/cxl/devices/mem0");
    temp_.make_directory("/sys/bus/cxl/devices/root0");
    const DisabledFacts facts = read().disabled;
    EXPECT_EQ(facts.lockdown.chosen, "integrity");
    EXPECT_FALSE(facts.secretmem_possible);
    EXPECT_EQ(facts.cxl, Strings{"mem0"});
}

TEST_F(FactsTest, ASnapshotDeviceThatOpensIsNoFinding) {
    temp_.write("/dev/snapshot", "");
    EXPECT_EQ(read().snapshot.open_error, 0);
    EXPECT_EQ(codes(), Strings{});
}

TEST_F(FactsTest, ASnapshotDeviceThatIsNotThereIsNoFinding) {
    EXPECT_EQ(read().snapshot.open_error, ENOENT);
    EXPECT_EQ(codes(), Strings{});
}

TEST_F(FactsTest, HoldersAreFoundByTheirLinks) {
    temp_.link("/proc/20/fd/0", "/dev/null");
    temp_.link("/proc/21/fd/0", "/dev/snapshot");
    temp_.write("/proc/21/comm", "s2disk\n");
    const auto found = facts::holders(
        temp_.root(), [](const std::string& link) { return link == "/dev/snapshot"; });
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].pid, 21);
    EXPECT_EQ(found[0].name, "s2disk");
}

TEST_F(FactsTest, ASwapElsewhereThanResumeSays) {
    temp_.write("/sys/class/block/vdb/dev", "254:16\n");
    temp_.write("/sys/power/resume", "254:16\n");
    temp_.write("/sys/power/resume_offset", "0\n");
    EXPECT_EQ(codes(), Strings{});
    temp_.write("/sys/power/resume", "254:32\n");
    EXPECT_EQ(codes(), Strings{"swap.wrong-one"});
    temp_.write("/sys/power/resume", "254:16\n");
    temp_.write("/sys/power/resume_offset", "8\n");
    EXPECT_EQ(codes(), Strings{"swap.offset"});
}

TEST_F(FactsTest, ASwapFileIsOnTheDeviceOfItsFileSystem) {
    temp_.write("/swapfile", std::string(8192, 'x'));
    temp_.write("/proc/swaps", "Filename\n/swapfile file 8 0 -2\n");
    temp_.write("/proc/self/mountinfo", "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n");
    EXPECT_EQ(read().swap.active[0].device, "254:1");
    temp_.write("/proc/self/mountinfo", "22 1 0:30 / / rw - overlay none rw\n");
    EXPECT_EQ(read().swap.active[0].device, "");
    EXPECT_EQ(read().swap.active[0].offset, std::nullopt);
}

TEST_F(FactsTest, ASwapFileOnBtrfsIsAskedWhereItIs) {
    temp_.write("/swapfile", std::string(8192, 'x'));
    temp_.write("/proc/swaps", "Filename\n/swapfile file 8 0 -2\n");
    temp_.write("/proc/self/mountinfo", "22 1 0:30 / / rw - btrfs /dev/vda1 rw\n");
    EXPECT_EQ(read().swap.active[0].device, locate(temp_.path("/swapfile"))->device);
}

TEST_F(FactsTest, ASwapFileWithHoles) {
    temp_.write("/full", std::string(8192, 'x'));
    temp_.write("/sparse", "");
    std::filesystem::resize_file(temp_.path("/sparse"), 1 << 20);
    temp_.write("/etc/fstab", "/full none swap sw 0 0\n/sparse none swap sw 0 0\n");
    EXPECT_EQ(read().swap.with_holes, Strings{"/sparse"});
    EXPECT_EQ(codes(), Strings{"swap.hole"});
    temp_.write("/proc/swaps", "Filename\n/sparse file 8 0 -2\n");
    EXPECT_EQ(codes(), Strings{}) << "the kernel has taken it";
}

std::string page_with(const std::string& signature) {
    return std::string(static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) - 10, 'x') + signature;
}

TEST_F(FactsTest, AnImageWhereResumeLooks) {
    temp_.write("/sys/power/resume", "254:16\n");
    temp_.write("/sys/power/resume_offset", "1\n");
    temp_.write("/sys/dev/block/254:16/uevent", "MAJOR=254\nMINOR=16\nDEVNAME=vdb\n");
    temp_.write("/dev/vdb", page_with("S1SUSPEND\n") + page_with("SWAPSPACE2"));
    EXPECT_EQ(read().resume.signature, "SWAPSPACE2");
    EXPECT_EQ(codes(), Strings{});
    temp_.write("/dev/vdb", page_with("SWAPSPACE2") + page_with("S1SUSPEND\n"));
    EXPECT_EQ(codes(), Strings{"swap.stale-image"});
}

TEST_F(FactsTest, AnImageInTheFirstSwapWhereNoDeviceIsNamed) {
    temp_.write("/dev/vdb", page_with("S1SUSPEND\n"));
    temp_.write("/proc/swaps", "Filename\n/dev/zram0 partition 1 0 9\n/dev/vdb partition 1 0 1\n");
    const ResumeFacts facts = read().resume;
    EXPECT_EQ(facts.header, "/dev/vdb");
    EXPECT_EQ(facts.signature, "S1SUSPEND\n");
}

TEST_F(FactsTest, AKeyOfOneBootIsFoundBelowOtherLayers) {
    temp_.write("/etc/crypttab", "cswap /dev/vdc /dev/urandom swap\n");
    temp_.make_directory("/sys/class/block/vdb/slaves/dm-1");
    temp_.write("/sys/class/block/dm-1/dm/uuid", "CRYPT-PLAIN-cswap\n");
    temp_.write("/sys/class/block/dm-1/dm/name", "cswap\n");
    EXPECT_TRUE(read().swap.active[0].encrypted);
    EXPECT_EQ(codes(), Strings{"sec.image"});
    temp_.write("/etc/crypttab", "cswap /dev/vdc none luks\n");
    EXPECT_EQ(codes(), Strings{});
}

TEST_F(FactsTest, AnEncryptedDiskBesideAPlainSwap) {
    temp_.write("/sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-1-root\n");
    temp_.write("/sys/class/block/dm-0/dm/name", "root\n");
    temp_.write("/sys/class/block/dm-1/dm/uuid", "LVM-1\n");
    EXPECT_EQ(read().swap.encrypted_disks, Strings{"root"});
    EXPECT_EQ(codes(), Strings{"sec.image"});
}

TEST_F(FactsTest, NobodyNamesTheSwap) {
    temp_.write("/sys/power/resume", "0:0\n");
    EXPECT_EQ(codes(), Strings{}) << "the command line is unknown";
    temp_.write("/proc/cmdline", "quiet\n");
    EXPECT_EQ(codes(), Strings{"resume.cmdline"});
    temp_.write("/proc/cmdline", "quiet resume=/dev/vdb\n");
    EXPECT_EQ(codes(), Strings{"resume.initramfs"});
}

TEST_F(FactsTest, EfiVariables) {
    EXPECT_FALSE(read().resume.efi);
    temp_.make_directory("/sys/firmware/efi/efivars");
    EXPECT_TRUE(read().resume.efi);
    EXPECT_FALSE(read().resume.efi_variables_writable);
    const std::string line = "9 1 0:9 / /sys/firmware/efi/efivars ";
    temp_.write("/proc/self/mountinfo", line + "rw - efivarfs efivarfs rw\n");
    EXPECT_TRUE(read().resume.efi_variables_writable);
    temp_.write("/proc/self/mountinfo", line + "ro - efivarfs efivarfs ro\n");
    EXPECT_FALSE(read().resume.efi_variables_writable);
}

TEST_F(FactsTest, ACompressorThatIsAModule) {
    temp_.write("/proc/sys/kernel/osrelease", "6.12\n");
    temp_.write("/sys/module/hibernate/parameters/compressor", "lz4\n");
    temp_.write("/lib/modules/6.12/modules.builtin", "kernel/crypto/lzo.ko\n");
    EXPECT_EQ(codes(), Strings{"resume.compressor"});
    temp_.write("/lib/modules/6.12/modules.builtin", "kernel/crypto/lz4.ko\n");
    EXPECT_EQ(codes(), Strings{});
}

TEST_F(FactsTest, ModulesOfAnotherKernelOnly) {
    temp_.write("/proc/sys/kernel/osrelease", "6.12\n");
    EXPECT_FALSE(read().kernel.modules_gone) << "a kernel without modules";
    temp_.make_directory("/lib/modules/6.13");
    EXPECT_TRUE(read().kernel.modules_gone);
    temp_.make_directory("/lib/modules/6.12");
    EXPECT_FALSE(read().kernel.modules_gone);
}

TEST_F(FactsTest, ARestartThatIsDueForAKernel) {
    temp_.write("/run/reboot-required", "*** System restart required ***\n");
    EXPECT_EQ(codes(), Strings{"kernel.updated"});
    temp_.write("/run/reboot-required.pkgs", "libc6\n");
    EXPECT_EQ(codes(), Strings{});
    temp_.write("/run/reboot-required.pkgs", "libc6\nlinux-image-6.13\n");
    EXPECT_EQ(read().kernel.update, "/run/reboot-required.pkgs: linux-image-6.13");
}

TEST_F(FactsTest, DriversThatHaveDevices) {
    temp_.write("/sys/bus/virtio/drivers/virtiofs/bind", "");
    temp_.make_directory("/sys/bus/virtio/drivers/virtiofs/module");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{});
    temp_.make_directory("/sys/bus/virtio/drivers/virtiofs/virtio3");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{"driver.nopm"});
}

TEST_F(FactsTest, APciDriverThatHasDevices) {
    temp_.make_directory("/sys/bus/pci/drivers/vfio-pci/0000:01:00.0");
    EXPECT_EQ(read(SleepMode::Ram).drivers.bound[0].devices, Strings{"0000:01:00.0"});
}

TEST_F(FactsTest, VirtioMemWithAndWithoutPersistence) {
    temp_.make_directory("/sys/bus/virtio/drivers/virtio_mem/virtio1");
    EXPECT_EQ(codes(SleepMode::Disk), Strings{"pm.notifier"});
    EXPECT_EQ(codes(SleepMode::Ram), Strings{});
    temp_.write("/sys/bus/virtio/devices/virtio1/features", "1100000\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{"pm.notifier"});
    temp_.write("/sys/bus/virtio/devices/virtio1/features", "1110000\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{});
}

TEST_F(FactsTest, VirtioMemThatHasPluggedMemory) {
    temp_.write("/proc/iomem", "00001000-0009fbff : System RAM\n100000000-107ffffff : virtio2\n");
    EXPECT_FALSE(read(SleepMode::Ram).drivers.virtio_mem_plugged);
    temp_.write("/proc/iomem",
                "100000000-107ffffff : virtio2\n"
                "  100000000-107ffffff : System RAM (virtio_mem)\n");
    EXPECT_TRUE(read(SleepMode::Ram).drivers.virtio_mem_plugged);
}

TEST_F(FactsTest, MountsOfDriversThatDoNotSleep) {
    temp_.write("/proc/self/mountinfo",
                "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n23 22 0:30 / /mnt rw - 9p tag rw\n");
    ASSERT_EQ(read(SleepMode::Ram).drivers.mounts.size(), 1U);
    EXPECT_EQ(codes(SleepMode::Ram), Strings{"driver.nopm"});
}

TEST_F(FactsTest, WatchdogsThatAreActiveAndHardware) {
    const std::string watchdog = "/sys/class/watchdog/watchdog0/";
    temp_.write(watchdog + "identity", "i6300ESB timer\n");
    temp_.write(watchdog + "timeout", "30\n");
    temp_.write(watchdog + "state", "inactive\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{});
    temp_.write(watchdog + "state", "active\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{"watchdog.hw"});
    temp_.write(watchdog + "identity", "Software Watchdog\n");
    EXPECT_EQ(codes(SleepMode::Ram), Strings{});
}

TEST_F(FactsTest, MemoryThatDoesNotFit) {
    temp_.write("/proc/swaps", "Filename\n/dev/vdb partition 1024 0 -2\n");
    temp_.write("/proc/meminfo", "MemTotal: 9000 kB\nAnonPages: 1500 kB\n");
    EXPECT_EQ(codes(), Strings{"swap.small"});
    temp_.write("/proc/meminfo", "MemTotal: 9000 kB\nAnonPages: 500 kB\nMlocked: 5000 kB\n");
    EXPECT_EQ(codes(), Strings{"swap.mlocked"});
    temp_.write("/proc/meminfo", "MemTotal: 9000 kB\nAnonPages: 500 kB\n");
    temp_.write("/proc/buddyinfo", "Node 0, zone Normal 3 2 1 0 0\n");
    EXPECT_EQ(codes(), Strings{"mem.frag"});
    temp_.write("/proc/buddyinfo", "Node 0, zone Normal 3 2 1 1 0\n");
    temp_.write("/proc/vmstat", "balloon_inflate 9000\nballoon_deflate 0\n");
    EXPECT_EQ(codes(), Strings{"mem.balloon"});
}

std::string stat_of(int pid, char state) {
    return std::to_string(pid) + " (dd) " + state + " 1 1 1 0 -1 4194560 0 0\n";
}

TEST_F(FactsTest, TasksThatStayInStateD) {
    using namespace std::chrono_literals;
    temp_.write("/proc/5/stat", stat_of(5, 'D'));
    temp_.write("/proc/5/wchan", "percpu_rwsem_wait");
    temp_.write("/proc/6/stat", stat_of(6, 'D'));
    temp_.write("/proc/6/wchan", "0");
    temp_.write("/proc/7/stat", stat_of(7, 'S'));
    std::vector<StuckTask> stuck = facts::read_stuck(temp_.root(), 0ms);
    std::sort(stuck.begin(), stuck.end(),
              [](const StuckTask& a, const StuckTask& b) { return a.pid < b.pid; });
    ASSERT_EQ(stuck.size(), 2U);
    EXPECT_EQ(stuck[0].wchan, "percpu_rwsem_wait");
    EXPECT_EQ(stuck[1].wchan, "");
}

}  // namespace
}  // namespace hypnos::sleep
