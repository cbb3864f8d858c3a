// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "fake_peer.hpp"
#include "hypnos/guest.hpp"

namespace hypnos::test {
namespace {

using namespace std::chrono_literals;

class PauseTest : public HostTest {
  protected:
    using Verb = void (Guest::*)(std::chrono::milliseconds, std::function<void(Result<void>)>);

    PauseTest() {
        becomes("stop", "paused");
        becomes("cont", "running");
    }

    /// The answer to a command, and the state after it.
    void becomes(const std::string& command, const std::string& state) {
        qemu.answers[command] = [this, state](const Json&) {
            qemu.run_state = state;
            return Result<Json>(Json::object());
        };
    }

    Result<void> ask(Verb verb, const GuestSpec& spec, std::chrono::milliseconds limit = 5s) {
        Guest guest(context.get(), spec);
        return run<Result<void>>(context.get(), [&](auto done) { (guest.*verb)(limit, done); });
    }
    Result<void> ask(Verb verb, std::chrono::milliseconds limit = 5s) {
        return ask(verb, {.qmp = qmp_path, .agent = {}, .power = {}}, limit);
    }

    void expect_error(const Result<void>& result, ErrorCode code, const std::string& part) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_PRED2(contains, result.error().message, part);
    }

    std::string qmp_path = dir.file("qmp");
    FakeQemu qemu{context.get(), qmp_path};
};

TEST_F(PauseTest, StopsAndGoesOn) {
    EXPECT_TRUE(ask(&Guest::pause));
    EXPECT_EQ(qemu.count("stop"), 1);
    EXPECT_EQ(qemu.run_state, "paused");
    EXPECT_TRUE(ask(&Guest::unpause));
    EXPECT_EQ(qemu.count("cont"), 1);
    EXPECT_EQ(qemu.run_state, "running");
}

TEST_F(PauseTest, OnlyARunningGuestIsPaused) {
    for (const char* state : {"paused", "suspended", "shutdown", "io-error"}) {
        qemu.run_state = state;
        expect_error(ask(&Guest::pause), ErrorCode::Refused, "it is '" + std::string(state) + "'");
    }
    EXPECT_EQ(qemu.count("stop"), 0);
}

TEST_F(PauseTest, AGuestThatRunsNeedsNoUnpausing) {
    EXPECT_TRUE(ask(&Guest::unpause));
    EXPECT_EQ(qemu.count("cont"), 0);
}

TEST_F(PauseTest, OnlyAPausedGuestIsUnpaused) {
    for (const char* state : {"suspended", "shutdown", "postmigrate"}) {
        qemu.run_state = state;
        expect_error(ask(&Guest::unpause), ErrorCode::Refused,
                     "it is '" + std::string(state) + "'");
    }
    EXPECT_EQ(qemu.count("cont"), 0);
}

TEST_F(PauseTest, AYesIsVerified) {
    becomes("stop", "running");
    expect_error(ask(&Guest::pause), ErrorCode::Generic, "then that it is 'running'");
    qemu.run_state = "paused";
    becomes("cont", "paused");
    expect_error(ask(&Guest::unpause), ErrorCode::Generic, "then that it is 'paused'");
}

TEST_F(PauseTest, WhatQemuSaysIsRepeated) {
    qemu.fails("stop", {ErrorCode::Generic, "not now"});
    expect_error(ask(&Guest::pause), ErrorCode::Generic, "cannot pause the guest: not now");
    qemu.run_state = "paused";
    qemu.fails("cont", {ErrorCode::Generic, "nor now"});
    expect_error(ask(&Guest::unpause), ErrorCode::Generic, "cannot unpause the guest: nor now");
}

TEST_F(PauseTest, TheLimitHoldsForEachQuestion) {
    qemu.is_silent_at("stop");
    expect_error(ask(&Guest::pause, 60ms), ErrorCode::TimedOut, "it may have done so");
    qemu.is_silent_at("query-status");
    expect_error(ask(&Guest::pause, 60ms), ErrorCode::TimedOut, "cannot pause the guest: ");
    qemu.is_silent_at("qmp_capabilities");
    EXPECT_FALSE(ask(&Guest::pause, 60ms));
}

TEST_F(PauseTest, WithoutAMachineNobodyCan) {
    expect_error(ask(&Guest::pause, {.qmp = dir.file("none"), .agent = {}, .power = {}}),
                 ErrorCode::Unreachable, "cannot pause the guest: ");
    const GuestSpec without{.qmp = {}, .agent = dir.file("agent"), .power = {}};
    expect_error(ask(&Guest::pause, without), ErrorCode::Unreachable, "qmp= is not given");
    expect_error(ask(&Guest::unpause, without), ErrorCode::Unreachable, "qmp= is not given");
}

TEST_F(PauseTest, TheCallbackMayDestroyTheGuest) {
    auto guest = std::make_unique<Guest>(context.get(),
                                         GuestSpec{.qmp = qmp_path, .agent = {}, .power = {}});
    guest->pause(5s, [&](const Result<void>& paused) {
        EXPECT_TRUE(paused);
        guest.reset();
    });
    iterate_until([&] { return guest == nullptr; });
}

}  // namespace
}  // namespace hypnos::test
