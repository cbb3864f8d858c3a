// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "world.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/support/main_loop.hpp"
#include "tests/support/temp_root.hpp"

namespace hypnos::hostd {
namespace {

using namespace std::chrono_literals;

class RealWorld : public testing::Test {
  protected:
    World world() { return real_world(temp_.root(), Config{}); }

    std::optional<Result<bool>> runs(const GuestSpec& spec) {
        const auto guest = world().reach(spec);
        std::optional<Result<bool>> answer;
        guest->runs(200ms, [&](const Result<bool>& given) { answer = given; });
        EXPECT_TRUE(test::run_until([&] { return answer.has_value(); }));
        return answer;
    }

    /// Somebody listens there, and never says a word.
    UniqueFd silent(const std::string& path) {
        UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, path.size());
        EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(listen(fd.get(), 5), 0);
        return fd;
    }

    test::TempRoot temp_;
};

TEST_F(RealWorld, FindsTheFilesOfGuestsAndTellsOfWrongOnes) {
    temp_.write("/etc/hypnos/guests.d/web.conf", "[Guest]\nQmp=/run/web.qmp\n");
    const Found found = world().find();
    ASSERT_EQ(found.guests.size(), 1U);
    EXPECT_EQ(found.guests[0].name, "web");
    EXPECT_TRUE(found.problems.empty());
    temp_.write("/etc/hypnos/guests.d/db.conf", "[Guest]\n");
    const Found again = world().find();
    EXPECT_EQ(again.problems.size(), 1U);
    ASSERT_EQ(again.guests.size(), 1U) << "it does not hinder the others";
    EXPECT_EQ(again.guests[0].name, "web");
}

TEST_F(RealWorld, WithoutGuestsThereIsNoProblem) {
    const Found found = world().find();
    EXPECT_TRUE(found.guests.empty());
    EXPECT_TRUE(found.problems.empty());
}

TEST_F(RealWorld, AGuestWithoutAQemuDoesNotRun) {
    const auto answer = runs({.name = "web", .qmp = temp_.path("/nothing")});
    ASSERT_TRUE(answer && *answer);
    EXPECT_FALSE(**answer);
}

TEST_F(RealWorld, OneThatHangsIsNotTakenForOneThatIsOff) {
    const std::string path = temp_.path("/q");
    const UniqueFd hanging = silent(path);
    const auto answer = runs({.name = "web", .qmp = path});
    ASSERT_TRUE(answer);
    EXPECT_FALSE(*answer);
}

}  // namespace
}  // namespace hypnos::hostd
