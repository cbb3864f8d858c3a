// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/options.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

Result<Options> parse(std::vector<std::string> words) {
    words.insert(words.begin(), "hypnos-agent");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    return parse_options(static_cast<int>(words.size()), argv.data());
}

std::string usage_error(const std::vector<std::string>& words) {
    const Result<Options> options = parse(words);
    if (options) return "no error";
    EXPECT_EQ(options.error().code, ErrorCode::Usage);
    return options.error().message;
}

TEST(Options, DefaultsAreBothVirtioPorts) {
    const Result<Options> options = parse({});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->root, "/");
    EXPECT_EQ(options->qemu.method, Method::VirtioSerial);
    EXPECT_EQ(options->qemu.path, "/dev/virtio-ports/org.qemu.guest_agent.0");
    ASSERT_TRUE(options->power);
    EXPECT_EQ(options->power->method, Method::VirtioSerial);
    EXPECT_EQ(options->power->path, "/dev/virtio-ports/org.hypnos.power.0");
}

TEST(Options, RootMovesTheDefaultDevices) {
    const Result<Options> options = parse({"--root", "/r"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->root, "/r");
    EXPECT_EQ(options->qemu.path, "/r/dev/virtio-ports/org.qemu.guest_agent.0");
    EXPECT_EQ(options->power->path, "/r/dev/virtio-ports/org.hypnos.power.0");
    EXPECT_EQ(parse({"--root", "/r", "-m", "isa-serial"})->qemu.path, "/r/dev/ttyS0");
}

TEST(Options, RootLeavesAGivenPathAlone) {
    EXPECT_EQ(parse({"--root", "/r", "-p", "/dev/x"})->qemu.path, "/dev/x");
}

TEST(Options, TakesQemuGasLetters) {
    const Result<Options> options = parse({"-m", "unix-listen", "-p", "/x", "-v"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->qemu.method, Method::UnixListen);
    EXPECT_EQ(options->qemu.path, "/x");
}

TEST(Options, TakesValuesGluedToTheirLetters) {
    const Result<Options> options = parse({"-munix-listen", "-p/x", "-F/hook", "-rv"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->qemu.path, "/x");
    EXPECT_EQ(options->settings.fsfreeze_hook, "/hook");
    EXPECT_TRUE(options->settings.retry_path);
    EXPECT_EQ(parse({"-F"})->settings.fsfreeze_hook, "/etc/qemu/fsfreeze-hook");
    EXPECT_EQ(parse({})->settings.fsfreeze_hook, std::nullopt);
}

TEST(Options, ReadsQemuGasFileFirst) {
    const test::TempRoot temp;
    temp.write("/etc/qemu/qemu-ga.conf",
               "[general]\nmethod=unix-listen\npath=/file\nblock-rpcs=guest-ping\n");
    const std::string root = temp.directory();
    EXPECT_EQ(parse({"--root", root})->qemu.path, "/file");
    EXPECT_EQ(parse({"-p", "/option", "--root", root})->qemu.path, "/option");
    EXPECT_EQ(parse({"-b", "guest-info", "--root", root})->settings.block_rpcs,
              (std::vector<std::string>{"guest-ping", "guest-info"}));
}

TEST(Options, AFileThatIsNamedHasToBeThere) {
    const Result<Options> options = parse({"-c", "/nowhere/qemu-ga.conf"});
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().message,
              "cannot read /nowhere/qemu-ga.conf, which -c names: No such file or directory");
}

TEST(Options, ATypingErrorInAListIsRefused) {
    EXPECT_NE(usage_error({"-b", "guest-pin"}).find("no command 'guest-pin'"), std::string::npos);
}

TEST(Options, KnowsAllMethods) {
    const Method methods[] = {Method::VirtioSerial, Method::IsaSerial, Method::UnixListen,
                              Method::VsockListen};
    for (std::size_t i = 0; i < kMethodNames.size(); ++i)
        EXPECT_EQ(parse({"-m", std::string(kMethodNames[i]), "-p", "1:2"})->qemu.method,
                  methods[i]);
}

TEST(Options, WithoutVirtioThePowerPortIsThereOnlyIfNamed) {
    for (const char* method : {"unix-listen", "isa-serial", "vsock-listen"}) {
        EXPECT_FALSE(parse({"-m", method, "-p", "1:2"})->power) << method;
        const Result<Options> with = parse({"-m", method, "-p", "1:2", "--power-path", "1:3"});
        ASSERT_TRUE(with->power) << method;
        EXPECT_EQ(with->power->method, with->qemu.method);
        EXPECT_EQ(with->power->path, "1:3");
    }
}

TEST(Options, ThePowerPortMayUseAnotherMethod) {
    const Result<Options> options =
        parse({"-m", "virtio-serial", "--power-method", "unix-listen", "--power-path", "/x"});
    EXPECT_EQ(options->qemu.method, Method::VirtioSerial);
    EXPECT_EQ(options->power->method, Method::UnixListen);
    EXPECT_EQ(
        parse({"-m", "unix-listen", "-p", "/x", "--power-method", "virtio-serial"})->power->path,
        "/dev/virtio-ports/org.hypnos.power.0");
}

TEST(Options, AListenerNeedsAPath) {
    EXPECT_EQ(usage_error({"-m", "unix-listen"}), "a listening method needs --path");
    EXPECT_EQ(usage_error({"-m", "vsock-listen"}), "a listening method needs --path");
}

TEST(Options, AnUnknownMethodIsRefusedWithTheKnownOnes) {
    EXPECT_EQ(usage_error({"-m", "carrier-pigeon"}),
              "'carrier-pigeon' is no method; there are: virtio-serial isa-serial unix-listen "
              "vsock-listen");
    EXPECT_NE(usage_error({"--power-method", "x"}), "no error");
}

TEST(Options, WhatIsNotAnOptionIsRefused) {
    EXPECT_EQ(usage_error({"operand"}), "unexpected operand 'operand'; see hypnos-agent --help");
    EXPECT_NE(usage_error({"--bogus"}), "no error");
    EXPECT_NE(usage_error({"-m"}), "no error");
}

TEST(OptionsDeathTest, VersionPrintsAndEnds) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT((void)parse({"-V"}), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace hypnos::agent
