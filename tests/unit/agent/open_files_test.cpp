// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/open_files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_root.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kState = "/run/hypnos/qga.state";

class OpenFilesTest : public testing::Test {
  protected:
    std::shared_ptr<OpenFile> open(const std::string& name, int flags) const {
        int error = 0;
        auto file = OpenFile::open(root_.root().path(name), flags, error);
        EXPECT_TRUE(file) << error;
        return file;
    }

    test::TempRoot root_;
};

TEST_F(OpenFilesTest, HandlesGoOnAfterARestart) {
    root_.write("/f", "");
    {
        OpenFiles files(root_.root(), kState);
        EXPECT_EQ(files.add(open("/f", O_RDONLY)).value(), 1000);
        EXPECT_EQ(files.add(open("/f", O_RDONLY)).value(), 1001);
        EXPECT_EQ(root_.root().text(kState), "[global]\nfd_counter=1002");
    }
    OpenFiles files(root_.root(), kState);
    EXPECT_EQ(files.find(1000).error().message, "handle '1000' has not been found");
    EXPECT_EQ(files.add(open("/f", O_RDONLY)).value(), 1002);
}

TEST_F(OpenFilesTest, AStateFileThatMakesNoSenseIsNoReasonToFail) {
    root_.write("/f", "");
    for (const char* text :
         {"", "junk", "[global]\nfd_counter=7\n", "[global]\nfd_counter=x\n",
          "[other]\nfd_counter=2000\n", "[global]\nfd_counter=9223372036854775807\n"}) {
        root_.write(kState, text);
        OpenFiles files(root_.root(), kState);
        EXPECT_EQ(files.add(open("/f", O_RDONLY)).value(), 1000) << text;
    }
}

TEST_F(OpenFilesTest, AStateDirectoryThatCannotBeWrittenIsNoReasonToFail) {
    root_.write("/f", "");
    root_.write("/run", "a file");
    OpenFiles files(root_.root(), kState);
    EXPECT_EQ(files.add(open("/f", O_RDONLY)).value(), 1000);
}

TEST_F(OpenFilesTest, ThereIsALimitAndAClosedOneMakesRoom) {
    root_.write("/f", "");
    OpenFiles files(root_.root(), kState);
    const auto file = open("/f", O_RDONLY);
    for (std::size_t i = 0; i < OpenFiles::kMax; ++i) ASSERT_TRUE(files.add(file));
    EXPECT_FALSE(files.check_room());
    EXPECT_FALSE(files.add(file));
    files.remove(1000);
    EXPECT_TRUE(files.check_room());
    EXPECT_EQ(files.add(file).value(), 1000 + static_cast<std::int64_t>(OpenFiles::kMax));
}

TEST_F(OpenFilesTest, ANewFileIsForEverybodyWhateverTheUmask) {
    const mode_t before = umask(0077);
    open("/new", O_WRONLY | O_CREAT);
    umask(before);
    struct stat status {};
    ASSERT_EQ(stat(root_.root().path("/new").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0666U);
}

TEST_F(OpenFilesTest, AFileThatIsThereKeepsItsMode) {
    root_.write("/f", "x");
    ASSERT_EQ(chmod(root_.path("/f").c_str(), 0600), 0);
    open("/f", O_WRONLY | O_CREAT | O_TRUNC);
    struct stat status {};
    ASSERT_EQ(stat(root_.path("/f").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(status.st_size, 0);
}

}  // namespace
}  // namespace hypnos::agent
