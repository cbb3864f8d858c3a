// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A machine of 1 GiB with GRUB, initramfs-tools, room on ext4 and no swap.

#pragma once

#include "agent/setup/core/facts.hpp"
#include "agent/setup/core/texts.hpp"

namespace hypnos::test {

using namespace setup;

inline constexpr const char* kSwapFile = "/swap/hypnos.swap";
inline constexpr const char* kKernel = "/boot/vmlinuz-6.1";

inline Options usual_options() {
    return {.swap = "auto",
            .file = kSwapFile,
            .size = "default",
            .activation = "hibernate-only",
            .fill = false,
            .boot = "auto"};
}

inline sleep::PowerFacts power_that_works() {
    sleep::PowerFacts power;
    power.machine.state = sleep::parse_choice("freeze mem disk");
    power.machine.disk = sleep::parse_choice("[platform] shutdown reboot suspend");
    power.machine.mem_sleep = sleep::parse_choice("s2idle [deep]");
    return power;
}

inline std::string menu_with(const std::string& arguments) {
    return std::string("\tlinux ") + kKernel + " root=UUID=root ro " + arguments + "\n";
}

inline Facts machine() {
    Facts facts;
    facts.root_type = "ext4";
    facts.memory = {kGiB, 100 * kMiB};
    facts.file_system = {
        .point = "/", .type = "ext4", .uuid = "root-uuid", .free = 8 * kGiB, .size = 10 * kGiB};
    facts.boot.loader = BootLoader::Grub;
    facts.boot.menu = "/boot/grub/grub.cfg";
    facts.boot.menu_text = menu_with("");
    facts.initramfs.generator = Generator::InitramfsTools;
    facts.initramfs.images = {{.path = "/boot/initrd.img-6.1", .release = "6.1"}};
    facts.texts[files::kFstab] = "/dev/vda1 / ext4 defaults 0 1\n";
    facts.power = power_that_works();
    return facts;
}

inline Place partition(std::uint64_t bytes, const std::string& name = "/dev/vdb") {
    return {.path = "/dev/disk/by-uuid/" + name.substr(5),
            .name = name,
            .uuid = name.substr(5),
            .bytes = bytes,
            .device = "254:16",
            .resume = "UUID=" + name.substr(5),
            .active = true,
            .lasts = true};
}

}  // namespace hypnos::test
