// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fake_peer.hpp"
#include "hypnos/guest.hpp"

namespace hypnos::test {
namespace {

using namespace std::chrono_literals;

class WakeTest : public HostTest {
  protected:
    WakeTest() {
        qemu.run_state = "suspended";
        qemu.answers["system_wakeup"] = [this](const Json&) {
            qemu.run_state = "running";
            return Result<Json>(Json::object());
        };
        qemu.after = [this](const std::string& command) {
            if (command == "system_wakeup") qemu.event("WAKEUP");
        };
        agent.transaction = "t";
    }

    Result<WakeReport> wake(const GuestSpec& spec, std::chrono::milliseconds limit = 5s) {
        Guest guest(context.get(), spec);
        return run<Result<WakeReport>>(context.get(),
                                       [&](auto done) { guest.wake({.limit = limit}, done); });
    }
    Result<WakeReport> wake(std::chrono::milliseconds limit = 5s) {
        return wake({.qmp = qmp_path, .agent = agent_path, .power = {}}, limit);
    }

    std::string qmp_path = dir.file("qmp"), agent_path = dir.file("agent");
    FakeQemu qemu{context.get(), qmp_path};
    FakeAgent agent{context.get(), agent_path};
};

TEST_F(WakeTest, WakesAndReadsTheRecord) {
    agent.answers["hypnos-status"] = [&](const Json&) {
        const bool settled = agent.count("hypnos-status") > 2;
        return Result<Json>(settled ? FakeAgent::status("idle", agent.record("slept"))
                                    : FakeAgent::status("undoing"));
    };
    const auto report = wake();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->was_asleep);
    EXPECT_EQ(report->boot_id, FakeAgent::kBoot);
    EXPECT_PRED2(contains, report->text, "QEMU reported WAKEUP");
    EXPECT_PRED2(contains, report->text, "it slept 5.0 s");
}

TEST_F(WakeTest, AnEventOfAnEarlierSleepIsNotTakenForThisOne) {
    agent.returns("hypnos-status", FakeAgent::status("undoing"));
    agent.after = [&](const std::string& command) {
        if (command != "hypnos-status") return;
        agent.event(events::kResumed, agent.record("slept"));
        agent.returns("hypnos-status", FakeAgent::status("idle"));
    };
    const auto report = wake({.qmp = qmp_path, .agent = {}, .power = agent_path});
    ASSERT_TRUE(report);
    EXPECT_PRED2(contains, report->text, "no record of this sleep");
}

TEST_F(WakeTest, ARecordOfAnEarlierSleepIsNotTakenForThisOne) {
    agent.ended = FakeAgent::kNow - 30'000'000;
    agent.returns("hypnos-status", FakeAgent::status("idle", agent.record("slept")));
    const auto report = wake();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->record.is_null());
    EXPECT_PRED2(contains, report->text, "no record of this sleep");
}

TEST_F(WakeTest, AGuestThatLostItsImageSaysSo) {
    qemu.run_state = "running";
    Json lost = agent.record("image-lost");
    lost.set("error", "the guest has booted afresh");
    agent.returns("hypnos-status", FakeAgent::status("idle", lost));
    const auto report = wake();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->record["outcome"], Json("image-lost"));
    EXPECT_PRED2(contains, report->text, "its image was lost: the guest has booted afresh");
}

TEST_F(WakeTest, AnImageThatWasLostWhileItWokeEndsTheWait) {
    Json lost = agent.record("image-lost");
    lost.set("phases",
             Json::array({Json::object({{"name", "finished"}, {"boottime-us", FakeAgent::kNow}})}));
    agent.returns("hypnos-status", FakeAgent::status("undoing"));
    agent.after = [&](const std::string& command) {
        if (command != "hypnos-status") return;
        agent.event(events::kImageLost, lost);
        agent.returns("hypnos-status", FakeAgent::status("idle", lost));
    };
    const auto report = wake({.qmp = qmp_path, .agent = {}, .power = agent_path});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->was_asleep);
    EXPECT_PRED2(contains, report->text, "its image was lost");
}

TEST_F(WakeTest, ARefusalIsNotCalledASleep) {
    qemu.run_state = "running";
    agent.returns("hypnos-status", FakeAgent::status("idle", agent.record("refused")));
    const auto report = wake();
    ASSERT_TRUE(report);
    EXPECT_PRED2(contains, report->text, "its last request to sleep was refused");
}

TEST_F(WakeTest, AGuestThatRunsIsNoError) {
    qemu.run_state = "running";
    const auto report = wake();
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->was_asleep);
    EXPECT_PRED2(contains, report->text, "runs already");
    EXPECT_EQ(qemu.count("system_wakeup"), 0);
}

TEST_F(WakeTest, AGuestThatWokeByItselfMeanwhileIsNoError) {
    qemu.answers["system_wakeup"] = [this](const Json&) {
        qemu.run_state = "running";
        return Result<Json>(tl::unexpected(Error{ErrorCode::Generic, "not suspended"}));
    };
    qemu.after = nullptr;
    const auto report = wake();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_FALSE(report->was_asleep);
}

TEST_F(WakeTest, APausedGuestIsNotWoken) {
    qemu.run_state = "paused";
    const auto report = wake();
    ASSERT_FALSE(report);
    EXPECT_PRED2(contains, report.error().message, "paused");
}

TEST_F(WakeTest, WithoutQemuItTellsHowADiskSleepEnds) {
    const auto report = wake({.qmp = dir.file("none"), .agent = agent_path, .power = {}});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Unreachable);
    EXPECT_PRED2(contains, report.error().message, "started again");
    EXPECT_EQ(wake({.qmp = {}, .agent = agent_path, .power = {}}).error().code, ErrorCode::Usage);
}

TEST_F(WakeTest, AnAgentThatDoesNotAnswerIsAnError) {
    agent.is_silent_at("guest-sync-delimited");
    const auto report = wake(60ms);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::TimedOut);
    EXPECT_PRED2(contains, report.error().message, "WAKEUP, but the agent did not answer");
}

TEST_F(WakeTest, ARecordThatDoesNotComeProvesNoWake) {
    agent.returns("hypnos-status", FakeAgent::status("undoing"));
    const auto report = wake(120ms);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::TimedOut);
    EXPECT_PRED2(contains, report.error().message, "did not come");
}

TEST_F(WakeTest, AForeignAgentAnswersAndThatIsAll) {
    agent.answers.erase("hypnos-status");
    const auto report = wake();
    ASSERT_TRUE(report);
    EXPECT_PRED2(contains, report->text, "not hypnos-agent");
}

TEST_F(WakeTest, WithoutAnAgentTheEventIsAll) {
    const auto report = wake({.qmp = qmp_path, .agent = {}, .power = {}});
    ASSERT_TRUE(report);
    EXPECT_PRED2(contains, report->text, "no agent was asked");
}

}  // namespace
}  // namespace hypnos::test
