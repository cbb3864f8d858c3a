// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/unproven.hpp"

#include <gtest/gtest.h>

namespace hypnos::sleep {
namespace {

using Strings = std::vector<std::string>;

SetupRecord verified() {
    SetupRecord record;
    record.boot_files = {{"/boot/grub/grub.cfg", 10, 1000},
                         {"/boot/initrd.img-6.1.0-13", 20, 2000}};
    return record;
}

BootState as_verified() { return {verified().boot_files, {"6.1.0-13"}}; }

TEST(Unproven, NothingWhereNothingChanged) {
    EXPECT_EQ(unproven(verified(), as_verified()), Strings{});
}

TEST(Unproven, AnotherSizeOrTimeIsAChange) {
    BootState now = as_verified();
    now.files[0].size = 11;
    EXPECT_EQ(unproven(verified(), now), Strings{"/boot/grub/grub.cfg: changed"});
    now = as_verified();
    now.files[1].mtime_ns = 2001;
    EXPECT_EQ(unproven(verified(), now), Strings{"/boot/initrd.img-6.1.0-13: changed"});
}

TEST(Unproven, AFileThatIsGone) {
    BootState now = as_verified();
    now.files.pop_back();
    EXPECT_EQ(unproven(verified(), now), Strings{"/boot/initrd.img-6.1.0-13: gone"});
}

TEST(Unproven, AKernelWhoseInitramfsWasNeverSeen) {
    BootState now = as_verified();
    now.kernels = {"6.1.0-1", "6.1.0-13", "6.1.0-14", "0-rescue-5d"};
    EXPECT_EQ(unproven(verified(), now),
              (Strings{"/boot/vmlinuz-6.1.0-1: new", "/boot/vmlinuz-6.1.0-14: new"}));
}

TEST(Unproven, EveryNameOfAnInitramfsIsKnown) {
    for (const char* path : {"/boot/initrd.img-6.9", "/boot/initramfs-6.9.img", "/boot/initrd-6.9",
                             "/boot/0a1b/6.9/initrd", "/efi/EFI/Linux/0a1b-6.9.efi"}) {
        SetupRecord record;
        record.boot_files = {{path, 1, 1}};
        EXPECT_EQ(unproven(record, {record.boot_files, {"6.9"}}), Strings{}) << path;
    }
}

}  // namespace
}  // namespace hypnos::sleep
