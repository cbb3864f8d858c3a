// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <gtest/gtest.h>

#include "hypnos/host_power.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos {
namespace {

using State = HostSleep::State;
using WokenBy = HostSleep::WokenBy;

HostCapability working(HostTarget target) { return {target, true, {}}; }

HostSleep ended() {
    HostSleep sleep;
    sleep.operation = "6f9c1e0a-3b5d-4c55-9a56-0f6f5c1b7e21";
    sleep.state = State::Ended;
    sleep.requested_at = std::chrono::seconds(1760000000);
    sleep.alarm = 1760003600;
    sleep.kept_alarm = 1760007200;
    sleep.outcome = Outcome::Slept;
    sleep.text = "it slept";
    sleep.slept = std::chrono::milliseconds(3599000);
    sleep.woken_by = WokenBy::Alarm;
    sleep.wake_reason = "rtc";
    sleep.details = Json::object({{"errno", 16}});
    return sleep;
}

/// As it is after a round trip by way of a file.
HostSleep saved_and_read(const HostSleep& sleep) {
    const std::optional<HostSleep> read =
        host_sleep_from_json(read_json(to_json(sleep).dump()).value());
    EXPECT_TRUE(read.has_value()) << to_json(sleep).dump();
    return read.value_or(HostSleep{});
}

/// Sets each name of an enumeration, and looks whether it comes back.
template <typename Enum, std::size_t N>
void expect_all_kept(const std::array<std::string_view, N>& /*names*/, Enum HostSleep::*member) {
    for (std::size_t i = 0; i < N; ++i) {
        HostSleep sleep = ended();
        sleep.*member = static_cast<Enum>(i);
        const HostSleep read = saved_and_read(sleep);
        EXPECT_EQ(static_cast<std::size_t>(read.*member), i);
    }
}

TEST(HostWords, NamesOfTargets) {
    EXPECT_EQ(name_of(HostTarget::Mem), "mem");
    EXPECT_EQ(name_of(HostTarget::S2idle), "s2idle");
}

TEST(HostWords, WhyNotIsTheFirstBlocker) {
    const HostCapability disk{HostTarget::Disk,
                              false,
                              {{"swap.slow", Severity::Warn, "sda2", "The swap is slow."},
                               {"swap.none", Severity::Block, "/proc/swaps", "There is no swap."},
                               {"kernel.locked", Severity::Block, "", "It is locked down."}}};
    EXPECT_EQ(disk.why_not(), "There is no swap. (swap.none)");
    EXPECT_EQ(working(HostTarget::Mem).why_not(), "");
}

TEST(HostWords, LibvirtsElementHasItsOrderAndNoS2idle) {
    const HostCapabilities all{HostBackend::Sysfs,
                               {working(HostTarget::S2idle), working(HostTarget::Hybrid),
                                working(HostTarget::Disk), working(HostTarget::Mem)}};
    EXPECT_EQ(capabilities_xml(all),
              "<power_management>\n  <suspend_mem/>\n  <suspend_disk/>\n  <suspend_hybrid/>\n"
              "</power_management>");
}

TEST(HostWords, LibvirtsElementHasOnlyWhatWorks) {
    const HostCapabilities one{HostBackend::Logind,
                               {{HostTarget::Mem, false, {}}, working(HostTarget::Disk)}};
    EXPECT_EQ(capabilities_xml(one), "<power_management>\n  <suspend_disk/>\n</power_management>");
    EXPECT_EQ(capabilities_xml({}), "<power_management/>");
    EXPECT_EQ(capabilities_xml({HostBackend::Logind, {working(HostTarget::S2idle)}}),
              "<power_management/>");
}

TEST(HostWords, CapabilitiesAsJson) {
    const HostCapabilities one{
        HostBackend::Sysfs,
        {working(HostTarget::Mem),
         {HostTarget::Disk, false, {{"swap.none", Severity::Block, "/proc/swaps", "None."}}}}};
    EXPECT_EQ(to_json(one).dump(),
              R"({"backend":"sysfs","targets":[{"target":"mem","works":true,"findings":[]},)"
              R"({"target":"disk","works":false,"findings":[{"code":"swap.none",)"
              R"("severity":"block","subject":"/proc/swaps","hint":"None."}]}]})");
}

TEST(HostWords, ASleepKeepsAllItHas) {
    const HostSleep sleep = saved_and_read(ended());
    EXPECT_EQ(to_json(sleep), to_json(ended()));
    EXPECT_EQ(sleep.requested_at.count(), 1760000000);
    EXPECT_EQ(sleep.alarm, 1760003600);
    EXPECT_EQ(sleep.kept_alarm, 1760007200);
    EXPECT_EQ(sleep.slept.count(), 3599000);
    EXPECT_EQ(sleep.wake_reason, "rtc");
    EXPECT_EQ(sleep.details.dump(), R"({"errno":16})");
}

TEST(HostWords, ASleepKeepsEachEnumerator) {
    expect_all_kept(kHostSleepStateNames, &HostSleep::state);
    expect_all_kept(kHostTargetNames, &HostSleep::target);
    expect_all_kept(kInitiatorNames, &HostSleep::initiator);
    expect_all_kept(kHostBackendNames, &HostSleep::backend);
    expect_all_kept(kOutcomeNames, &HostSleep::outcome);
    expect_all_kept(kWokenByNames, &HostSleep::woken_by);
}

TEST(HostWords, NoOutcomeBeforeItIsKnown) {
    for (const State state : {State::Waiting, State::Preparing, State::Entering}) {
        HostSleep sleep = ended();
        sleep.state = state;
        const Json json = to_json(sleep);
        for (const char* name : {"outcome", "text", "slept-ms", "woken-by", "details"})
            EXPECT_FALSE(json.has(name)) << name;
        EXPECT_EQ(saved_and_read(sleep).alarm, 1760003600);
    }
}

TEST(HostWords, WhatMayBeMissing) {
    HostSleep sleep = ended();
    sleep.alarm.reset();
    sleep.kept_alarm.reset();
    sleep.wake_reason.clear();
    sleep.details = {};
    for (const char* name : {"alarm", "kept-alarm", "wake-reason", "details"})
        EXPECT_FALSE(to_json(sleep).has(name)) << name;
    EXPECT_EQ(to_json(saved_and_read(sleep)), to_json(sleep));
}

TEST(HostWords, AMissingOrWrongMemberIsNoSleep) {
    const Json whole = to_json(ended());
    for (const std::string& name : whole.names()) {
        Json part = Json::object();
        for (const std::string& other : whole.names())
            if (other != name) part.set(other, whole[other]);
        const bool optional =
            name == "alarm" || name == "kept-alarm" || name == "wake-reason" || name == "details";
        EXPECT_EQ(host_sleep_from_json(part).has_value(), optional) << name;
        for (const Json& wrong : {Json(), Json(true), Json::array(), Json(1.5)}) {
            part.set(name, wrong);
            EXPECT_FALSE(host_sleep_from_json(part)) << name << wrong.dump();
        }
    }
}

TEST(HostWords, WordsAndTimesThatAreNone) {
    const auto with = [](const char* name, const Json& value) {
        return host_sleep_from_json(to_json(ended()).set(name, value));
    };
    for (const char* name : {"state", "target", "initiator", "backend", "outcome", "woken-by"})
        EXPECT_FALSE(with(name, "Mem")) << name;
    EXPECT_FALSE(with("requested-at", -1));
    EXPECT_FALSE(with("slept-ms", -1));
    EXPECT_FALSE(with("alarm", "1760003600"));
    EXPECT_TRUE(with("some-day", 1));
}

TEST(HostWords, OtherJsonIsNoSleep) {
    for (const Json& other : {Json(), Json("x"), Json::array({to_json(ended())}), Json::object()})
        EXPECT_FALSE(host_sleep_from_json(other)) << other.dump();
}

}  // namespace
}  // namespace hypnos
