// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/path_watch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::sleep {
namespace {

class PathWatchTest : public testing::Test {
  protected:
    void arm(const std::string& file) {
        watch_.arm(temp_.path(file), [this] { ++calls_; });
    }
    bool called() {
        return test::run_until([this] { return calls_ > 0; });
    }

    test::TempRoot temp_;
    PathWatch watch_;
    int calls_ = 0;
};

TEST_F(PathWatchTest, IsSilentWhileNothingChanges) {
    temp_.write("/dev/port", "");
    arm("/dev/port");
    test::run_until_quiet();
    EXPECT_EQ(calls_, 0);
}

TEST_F(PathWatchTest, TellsWhenThePathAppears) {
    temp_.make_directory("/dev");
    arm("/dev/port");
    temp_.write("/dev/port", "");
    EXPECT_TRUE(called());
}

TEST_F(PathWatchTest, TellsWhenADirectoryAboveAppears) {
    arm("/dev/virtio-ports/port");
    temp_.make_directory("/dev");
    EXPECT_TRUE(called());
}

TEST_F(PathWatchTest, ArmedAgainItFollowsThePathDown) {
    arm("/dev/virtio-ports/port");
    for (const char* directory : {"/dev", "/dev/virtio-ports"}) {
        calls_ = 0;
        temp_.make_directory(directory);
        ASSERT_TRUE(called()) << directory;
        arm("/dev/virtio-ports/port");
    }
    test::run_until_quiet();
    calls_ = 0;
    temp_.write("/dev/virtio-ports/port", "");
    EXPECT_TRUE(called());
}

TEST_F(PathWatchTest, TellsWhenALinkOfThatNameAppears) {
    temp_.make_directory("/dev");
    arm("/dev/port");
    temp_.link("/dev/port", "/nonexistent");
    EXPECT_TRUE(called());
}

TEST_F(PathWatchTest, TellsWhenThePathIsMovedIntoPlace) {
    temp_.write("/dev/new", "");
    arm("/dev/port");
    ASSERT_EQ(rename(temp_.path("/dev/new").c_str(), temp_.path("/dev/port").c_str()), 0);
    EXPECT_TRUE(called());
}

TEST_F(PathWatchTest, TellsWhenPermissionsChange) {
    temp_.write("/dev/port", "");
    arm("/dev/port");
    chmod(temp_.path("/dev/port").c_str(), 0600);
    EXPECT_TRUE(called());
}

TEST_F(PathWatchTest, TellsWhenAnotherProcessHasClosedIt) {
    temp_.write("/dev/port", "");
    UniqueFd other(open(temp_.path("/dev/port").c_str(), O_RDWR | O_CLOEXEC));
    arm("/dev/port");
    test::run_until_quiet();
    EXPECT_EQ(calls_, 0);
    other = UniqueFd();
    EXPECT_TRUE(called());
}

TEST_F(PathWatchTest, IsSilentOnceDisarmed) {
    temp_.make_directory("/dev");
    arm("/dev/port");
    watch_.disarm();
    temp_.write("/dev/port", "");
    test::run_until_quiet();
    EXPECT_EQ(calls_, 0);
}

TEST_F(PathWatchTest, MayBeArmedAgainFromItsOwnCallback) {
    temp_.make_directory("/dev");
    watch_.arm(temp_.path("/dev/port"), [this] {
        ++calls_;
        arm("/dev/port");
    });
    temp_.write("/dev/port", "");
    EXPECT_TRUE(called());
    test::run_until_quiet();
    calls_ = 0;
    temp_.write("/dev/port", "x");
    EXPECT_TRUE(called());
}

}  // namespace
}  // namespace hypnos::sleep
