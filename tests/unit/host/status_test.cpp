// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fake_peer.hpp"
#include "hypnos/guest.hpp"

namespace hypnos::test {
namespace {

using namespace std::chrono_literals;

class StatusTest : public HostTest {
  protected:
    GuestStatus status(const GuestSpec& spec) {
        Guest guest(context.get(), spec);
        return run<GuestStatus>(context.get(), [&](auto done) { guest.status(5s, done); });
    }

    std::string qmp_path = dir.file("qmp"), agent_path = dir.file("agent");
};

TEST_F(StatusTest, AsksBothSides) {
    const FakeQemu qemu(context.get(), qmp_path);
    const FakeAgent agent(context.get(), agent_path);
    const GuestStatus both = status({.qmp = qmp_path, .agent = agent_path, .power = {}});
    ASSERT_TRUE(both.agent);
    EXPECT_EQ((*both.agent)["boot-id"], Json(FakeAgent::kBoot));
    EXPECT_EQ(both.run_state, "running");
}

TEST_F(StatusTest, EachSideMayBeMissingAndSaysWhy) {
    const FakeQemu qemu(context.get(), qmp_path);
    const GuestStatus dead = status({.qmp = qmp_path, .agent = agent_path, .power = {}});
    ASSERT_FALSE(dead.agent);
    EXPECT_EQ(dead.agent.error().code, ErrorCode::Unreachable);
    EXPECT_TRUE(dead.run_state);

    const GuestStatus none = status({});
    EXPECT_EQ(none.agent.error().code, ErrorCode::Usage);
    EXPECT_EQ(none.run_state.error().code, ErrorCode::Usage);
}

TEST_F(StatusTest, ASleepingGuestsAgentIsNotWaitedFor) {
    FakeQemu qemu(context.get(), qmp_path);
    qemu.run_state = "suspended";
    const FakePeer asleep(context.get(), agent_path);
    const GuestStatus result = status({.qmp = qmp_path, .agent = agent_path, .power = {}});
    EXPECT_EQ(result.run_state, "suspended");
    EXPECT_EQ(result.agent.error().message, "the guest sleeps");
}

TEST_F(StatusTest, AForeignAgentIsNamed) {
    FakeAgent agent(context.get(), agent_path);
    agent.answers.erase("hypnos-status");
    const GuestStatus foreign = status({.qmp = {}, .agent = agent_path, .power = {}});
    ASSERT_FALSE(foreign.agent);
    EXPECT_PRED2(contains, foreign.agent.error().message, "not hypnos-agent");
}

}  // namespace
}  // namespace hypnos::test
