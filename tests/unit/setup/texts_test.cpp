// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/texts.hpp"

#include <gtest/gtest.h>

namespace hypnos::setup {
namespace {

constexpr const char* kArguments = "resume=UUID=abc resume_offset=7";

TEST(SetupTextsTest, ArgumentsNameTheOffsetOfAFileOnly) {
    EXPECT_EQ(kernel_arguments({.kind = "device", .resume = "UUID=abc"}), "resume=UUID=abc");
    EXPECT_EQ(kernel_arguments({.kind = "file", .resume = "UUID=abc", .offset = 7}), kArguments);
    EXPECT_EQ(kernel_arguments({.kind = "file", .resume = "UUID=abc"}),
              "resume=UUID=abc resume_offset=?");
}

TEST(SetupTextsTest, FstabGetsALineAndLosesItToTheByte) {
    const std::string before = "/dev/vda1 / ext4 defaults 0 1\n";
    const std::string after = with_swap(before, "/swap/hypnos.swap");
    EXPECT_NE(after.find("\n/swap/hypnos.swap none swap sw 0 0\n"), std::string::npos);
    EXPECT_EQ(without_swap(after, "/swap/hypnos.swap"), before);
    EXPECT_EQ(without_swap(before, "/swap/hypnos.swap"), before);
}

TEST(SetupTextsTest, AnEntryGetsArgumentsInItsOptionsLine) {
    const std::string entry = "title Debian\noptions root=/dev/vda1 ro\nlinux /vmlinuz\n";
    const std::string after = with_arguments(entry, kArguments);
    EXPECT_EQ(after,
              "title Debian\noptions root=/dev/vda1 ro resume=UUID=abc resume_offset=7\n"
              "linux /vmlinuz\n");
    EXPECT_EQ(without_resume(after, "UUID=abc"), entry);
    EXPECT_EQ(without_resume(after, "UUID=ab"), after);
    EXPECT_EQ(without_resume(with_arguments(entry, "resume=UUID=abc"), "UUID=abc"), entry);
}

TEST(SetupTextsTest, ACommandLineGetsThemAtItsEnd) {
    EXPECT_EQ(with_arguments("root=/dev/vda1 ro", kArguments),
              "root=/dev/vda1 ro resume=UUID=abc resume_offset=7");
    EXPECT_EQ(with_arguments("root=/dev/vda1 ro\n", kArguments),
              "root=/dev/vda1 ro resume=UUID=abc resume_offset=7\n");
    EXPECT_EQ(with_arguments("options\ta\n", "b"), "options\ta b\n");
    EXPECT_EQ(with_arguments("title A\nlinux x\n", "b"), "title A\nlinux x\noptions b\n");
}

TEST(SetupTextsTest, TheDropinAddsToWhatIsThere) {
    const std::string text = grub_dropin(kArguments, false);
    EXPECT_NE(text.find("GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX resume=UUID=abc "
                        "resume_offset=7\"\n"),
              std::string::npos);
    EXPECT_EQ(text.find("PARTUUID"), std::string::npos);
    EXPECT_NE(grub_dropin(kArguments, true).find("\nGRUB_FORCE_PARTUUID=\n"), std::string::npos);
}

TEST(SetupTextsTest, EntriesOfAMenuThatWouldNotLook) {
    const std::string menu =
        "menuentry 'Debian' --class gnu-linux {\n"
        "\tlinux\t/boot/vmlinuz-1 root=UUID=r ro  resume=UUID=abc resume_offset=7 quiet\n"
        "\tinitrd\t/boot/initrd.img-1\n"
        "\tlinux\t/boot/vmlinuz-2 root=UUID=r ro  resume=UUID=abc resume_offset=8\n"
        "\tlinuxefi /boot/vmlinuz-3 root=UUID=r\n}\n";
    EXPECT_EQ(entries_without(menu, kArguments),
              (std::vector<std::string>{"/boot/vmlinuz-2", "/boot/vmlinuz-3"}));
}

TEST(SetupTextsTest, SomebodyElsesResume) {
    EXPECT_EQ(resume_line("# resume=UUID=x\nA=\"quiet resume=UUID=y\"\n"),
              "A=\"quiet resume=UUID=y\"");
    EXPECT_EQ(resume_line("A=\"noresume resume_offset=3\"\n"), "");
    EXPECT_TRUE(has_words("A=\"resume=UUID=abc resume_offset=7\"", kArguments));
    EXPECT_FALSE(has_words("A=\"resume=UUID=abc resume_offset=77\"", kArguments));
}

}  // namespace
}  // namespace hypnos::setup
