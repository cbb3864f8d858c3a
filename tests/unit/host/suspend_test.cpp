// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>

#include "fake_peer.hpp"
#include "hypnos/guest.hpp"

namespace hypnos::test {
namespace {

using namespace std::chrono_literals;

class SuspendTest : public HostTest {
  protected:
    Result<SuspendReport> suspend(const GuestSpec& spec, SuspendOptions options = {}) {
        Guest guest(context.get(), spec);
        return run<Result<SuspendReport>>(context.get(),
                                          [&](auto done) { guest.suspend(options, done); });
    }
    Result<SuspendReport> suspend(SuspendOptions options = {}) {
        return suspend({.qmp = qmp_path, .agent = agent_path, .power = {}}, options);
    }
    Result<SuspendReport> suspend_unwatched(SuspendOptions options = {}) {
        return suspend({.qmp = {}, .agent = agent_path, .power = {}}, options);
    }

    /// What happens once the agent has accepted.
    void then(const std::function<void()>& action) {
        agent.after = [action](const std::string& command) {
            if (command == "hypnos-suspend") action();
        };
    }

    static void expect_outcome(const Result<SuspendReport>& report, Outcome outcome,
                               const std::string& part) {
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->verdict.outcome, outcome) << report->verdict.text;
        EXPECT_PRED2(contains, report->verdict.text, part);
    }

    static std::vector<std::string> names(const SuspendReport& report) {
        std::vector<std::string> result;
        for (const Step& step : report.timeline) result.push_back(step.name);
        return result;
    }

    std::string qmp_path = dir.file("qmp"), agent_path = dir.file("agent");
    FakeQemu qemu{context.get(), qmp_path};
    FakeAgent agent{context.get(), agent_path};
};

TEST_F(SuspendTest, SleepsInRam) {
    then([&] { qemu.event("SUSPEND"); });
    const auto report = suspend();
    expect_outcome(report, Outcome::Slept, "QEMU reported SUSPEND");
    EXPECT_EQ(report->boot_id, FakeAgent::kBoot);
    EXPECT_EQ(report->transaction, agent.transaction);
    EXPECT_EQ(names(*report).front(), "connected");
    EXPECT_EQ(names(*report).at(1), "requested");
    const std::vector<std::string> steps = names(*report);
    EXPECT_EQ(std::count(steps.begin(), steps.end(), "SUSPEND"), 1);
    EXPECT_EQ(agent.count("hypnos-subscribe"), 1);
}

TEST_F(SuspendTest, SendsWhatWasAsked) {
    then([&] { qemu.event("SUSPEND"); });
    SuspendOptions options;
    options.mode = SleepMode::Hybrid;
    options.require = Require::Any;
    options.wake_after = 10s;
    options.limit = 20s;
    expect_outcome(suspend(options), Outcome::Slept, "SUSPEND");
    EXPECT_EQ(agent.suspend_arguments["mode"], Json("hybrid"));
    EXPECT_EQ(agent.suspend_arguments["require"], Json("any"));
    EXPECT_EQ(agent.suspend_arguments["wake-after-ms"], Json(10000));
    const std::int64_t budget = agent.suspend_arguments["deadline-ms"].integer().value_or(0);
    EXPECT_GT(budget, 10000);
    EXPECT_LE(budget, 15000) << "the agent must have time left to report a veto";
}

TEST_F(SuspendTest, SleepsOnDisk) {
    then([&] {
        qemu.event("SUSPEND_DISK");
        qemu.event("SHUTDOWN");
        qemu.hang_up();
    });
    SuspendOptions options;
    options.mode = SleepMode::Disk;
    expect_outcome(suspend(options), Outcome::Slept, "SUSPEND_DISK");
}

TEST_F(SuspendTest, ShutsDownInstead) {
    then([&] { qemu.event("SHUTDOWN"); });
    SuspendOptions options;
    options.mode = SleepMode::Disk;
    expect_outcome(suspend(options), Outcome::ShutOffWithoutImage, "SHUTDOWN");
}

TEST_F(SuspendTest, TheAgentRefuses) {
    agent.fails("hypnos-suspend", refusal("a hook said no"));
    expect_outcome(suspend(), Outcome::Refused, "a hook said no");
}

TEST_F(SuspendTest, AGuestThatSleepsIsNotAsked) {
    qemu.run_state = "suspended";
    const auto report = suspend();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Refused);
    EXPECT_PRED2(contains, report.error().message, "wake it first");
    EXPECT_FALSE(agent.has_client());
}

TEST_F(SuspendTest, AnAgentThatDiesHasNotSlept) {
    then([&] { agent.hang_up(); });
    int syncs = 0;
    agent.answers["guest-sync-delimited"] = [&](const Json& arguments) {
        return ++syncs == 1 ? std::optional(Result<Json>(arguments["id"])) : std::nullopt;
    };
    SuspendOptions options;
    options.limit = 150ms;
    expect_outcome(suspend(options), Outcome::TimedOut, "closed, which proves nothing");
}

TEST_F(SuspendTest, AnAgentThatRestartsTellsItsRecord) {
    then([&] {
        agent.returns("hypnos-status", FakeAgent::status("idle", agent.record("failed")));
        agent.hang_up();
    });
    const auto report = suspend();
    expect_outcome(report, Outcome::Failed, "record");
    EXPECT_FALSE(report->record.is_null());
}

TEST_F(SuspendTest, FailsInTheKernel) {
    then([&] {
        Json data = agent.record("failed");
        data.set("error", "Device or resource busy").set("errno", 16);
        agent.event(events::kSuspendFailed, data);
    });
    expect_outcome(suspend(), Outcome::Failed, "Device or resource busy, errno 16");
}

TEST_F(SuspendTest, IsCalledOffBeforeTheAgentAccepts) {
    Error error = refusal("suspend refused: cancelled by the host");
    error.data.set("outcome", "cancelled");
    agent.fails("hypnos-suspend", error);
    expect_outcome(suspend(), Outcome::Cancelled, "cancelled by the host");
}

TEST_F(SuspendTest, IsCalledOffAfterwards) {
    then([&] { agent.event(events::kSuspendFailed, agent.record("cancelled")); });
    expect_outcome(suspend(), Outcome::Cancelled, "record");
}

TEST_F(SuspendTest, AWakeupEventComesFirst) {
    then([&] { agent.event(events::kSuspendFailed, agent.record("woke-early")); });
    expect_outcome(suspend(), Outcome::WokeEarly, "record");
}

TEST_F(SuspendTest, BootsAfreshAndSaysSo) {
    then([&] {
        Json lost = agent.record("image-lost");
        lost.set("boot-id", "boot-2");
        agent.event(events::kImageLost, lost);
    });
    SuspendOptions options;
    options.mode = SleepMode::Disk;
    expect_outcome(suspend_unwatched(options), Outcome::ImageLost, "record");
}

TEST_F(SuspendTest, EndsInS2idle) {
    then([&] { agent.event(events::kResumed, agent.record("s2idle")); });
    expect_outcome(suspend(), Outcome::S2idle, "s2idle");
}

TEST_F(SuspendTest, IsAwakeAgainAndNobodyWatchedQemu) {
    then([&] { agent.event(events::kResumed, agent.record("slept")); });
    expect_outcome(suspend_unwatched(), Outcome::Slept, "awake again");
}

TEST_F(SuspendTest, WakesEarly) {
    then([&] { agent.event(events::kResumed, agent.record("slept")); });
    SuspendOptions options;
    options.wake_after = 60s;
    expect_outcome(suspend_unwatched(options), Outcome::WokeEarly, "before its alarm");
}

TEST_F(SuspendTest, WhatQemuReportedBeforeTheRecordCounts) {
    then([&] { agent.event(events::kResumed, agent.record("slept")); });
    qemu.answers["query-status"] = [&](const Json&) {
        if (qemu.count("query-status") > 1) qemu.event("SUSPEND");
        return Result<Json>(Json::object({{"status", "running"}}));
    };
    expect_outcome(suspend(), Outcome::Slept, "QEMU reported SUSPEND");
}

TEST_F(SuspendTest, EventsOfOthersAreNotTaken) {
    then([&] {
        Json other = agent.record("failed");
        other.set("transaction", "another");
        agent.event(events::kSuspendFailed, other);
        Json before = agent.record("failed");
        before.set("boot-id", "boot-0");
        agent.event(events::kSuspendFailed, before);
        qemu.event("SUSPEND");
    });
    expect_outcome(suspend(), Outcome::Slept, "SUSPEND");
}

TEST_F(SuspendTest, S2idleWithoutAWordTimesOut) {
    SuspendOptions options;
    options.limit = 50ms;
    agent.returns("hypnos-status", FakeAgent::status("asleep"));
    expect_outcome(suspend(options), Outcome::TimedOut, "QEMU says running; no SUSPEND came");
}

TEST_F(SuspendTest, TheLastQuestionMayFindTheProof) {
    then([&] { qemu.run_state = "suspended"; });
    SuspendOptions options;
    options.limit = 50ms;
    expect_outcome(suspend(options), Outcome::Slept, "suspended");
}

TEST_F(SuspendTest, AForeignAgentIsUsedAndNamed) {
    agent.answers.erase("hypnos-status");
    agent.is_silent_at("guest-suspend-ram");
    agent.after = [&](const std::string& command) {
        if (command == "guest-suspend-ram") qemu.event("SUSPEND");
    };
    expect_outcome(suspend(), Outcome::Slept, "not hypnos-agent");
    EXPECT_EQ(agent.count("hypnos-suspend"), 0);
}

TEST_F(SuspendTest, AForeignAgentCannotSetAnAlarm) {
    agent.answers.erase("hypnos-status");
    SuspendOptions options;
    options.wake_after = 10s;
    const auto report = suspend(options);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Refused);
}

TEST_F(SuspendTest, EventsMayComeFromThePowerPort) {
    const std::string power_path = dir.file("power");
    FakeAgent power(context.get(), power_path);
    then([&] { power.event(events::kSuspendFailed, agent.record("failed")); });
    expect_outcome(suspend({.qmp = qmp_path, .agent = agent_path, .power = power_path}),
                   Outcome::Failed, "record");
    EXPECT_EQ(agent.count("hypnos-subscribe"), 0);
}

TEST_F(SuspendTest, ThePowerPortIsEnough) {
    agent.after = [&](const std::string& command) {
        if (command == "hypnos-suspend") qemu.event("SUSPEND");
    };
    expect_outcome(suspend({.qmp = qmp_path, .agent = {}, .power = agent_path}), Outcome::Slept,
                   "SUSPEND");
}

TEST_F(SuspendTest, NeedsAnAgent) {
    const auto report = suspend({.qmp = qmp_path, .agent = {}, .power = {}});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Usage);
}

TEST_F(SuspendTest, NothingIsAskedWithoutTheQemuThatWasNamed) {
    const auto report = suspend({.qmp = dir.file("none"), .agent = agent_path, .power = {}});
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::Unreachable);
    EXPECT_FALSE(agent.has_client());
}

TEST_F(SuspendTest, TheGuestMayBeDestroyedByTheCallback) {
    then([&] { qemu.event("SUSPEND"); });
    auto guest = std::make_unique<Guest>(
        context.get(), GuestSpec{.qmp = qmp_path, .agent = agent_path, .power = {}});
    guest->suspend({}, [&](const Result<SuspendReport>&) { guest.reset(); });
    iterate_until([&] { return !guest; });
}

}  // namespace
}  // namespace hypnos::test
