// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The four verbs on an image, which is a directory.

#include <gtest/gtest.h>

#include <filesystem>

#include "agent/setup/setup.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::test {
namespace {

using namespace setup;
using Verb = CommandLine::Verb;

constexpr const char* kDropin = "/etc/dracut.conf.d/hypnos.conf";
constexpr const char* kMarker = "/var/lib/hypnos/setup-at-boot";
constexpr const char* kRecord = "/var/lib/hypnos/setup.json";

class SetupImageTest : public ::testing::Test {
  protected:
    SetupImageTest() {
        root_.write_program("/usr/bin/dracut", "");
        root_.make_directory("/etc");
    }

    Report run(Verb verb) {
        CommandLine line = options_;
        line.verb = verb;
        line.root = root_.directory();
        const Result<Report> report = setup::Setup(line).run();
        EXPECT_TRUE(report) << (report ? "" : report.error().message);
        return report.value_or(Report{});
    }
    bool there(const std::string& path) { return root_.root().has(path); }

    TempRoot root_;
    CommandLine options_;
};

TEST_F(SetupImageTest, PlanTouchesNothing) {
    EXPECT_EQ(run(Verb::Plan).changes.size(), 2U);
    EXPECT_FALSE(there(kDropin));
    EXPECT_FALSE(there("/var"));
}

TEST_F(SetupImageTest, ApplyTwiceIsApplyOnce) {
    EXPECT_EQ(run(Verb::Apply).changes.size(), 2U);
    const std::string record = root_.read(kRecord);
    EXPECT_EQ(run(Verb::Apply).changes.size(), 0U);
    EXPECT_EQ(root_.read(kRecord), record);
    EXPECT_TRUE(run(Verb::Verify).findings.empty());
}

TEST_F(SetupImageTest, OptionsWaitForTheFirstBoot) {
    options_.size = "ram";
    options_.activation = "always";
    run(Verb::Apply);
    options_ = {};
    run(Verb::Apply);
    const std::string record = root_.read(kRecord);
    EXPECT_NE(record.find(R"("size":"ram")"), std::string::npos) << record;
    EXPECT_NE(record.find(R"("activation":"always")"), std::string::npos);
    EXPECT_NE(record.find(R"("state":"pending")"), std::string::npos);
}

TEST_F(SetupImageTest, UndoLeavesNothing) {
    run(Verb::Apply);
    EXPECT_EQ(run(Verb::Undo).changes.size(), 2U);
    EXPECT_FALSE(there("/etc/dracut.conf.d"));
    EXPECT_FALSE(there(kMarker));
    EXPECT_FALSE(there(kRecord));
    EXPECT_EQ(run(Verb::Undo).changes.size(), 0U);
}

TEST_F(SetupImageTest, AFileThatWasThereComesBackToTheByteAndMode) {
    root_.write(kDropin, "mine, without a newline");
    std::filesystem::permissions(root_.path(kDropin), std::filesystem::perms(0600));
    run(Verb::Apply);
    EXPECT_NE(root_.read(kDropin), "mine, without a newline");
    run(Verb::Undo);
    EXPECT_EQ(root_.read(kDropin), "mine, without a newline");
    EXPECT_EQ(std::filesystem::status(root_.path(kDropin)).permissions(),
              std::filesystem::perms(0600));
}

TEST_F(SetupImageTest, ARecordThatCannotBeReadIsNotLost) {
    root_.write(kRecord, "{");
    CommandLine line;
    line.verb = Verb::Apply;
    line.root = root_.directory();
    const Result<Report> report = setup::Setup(line).run();
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().message.find("is no record"), std::string::npos);
    EXPECT_EQ(root_.read(kRecord), "{");
}

}  // namespace
}  // namespace hypnos::test
