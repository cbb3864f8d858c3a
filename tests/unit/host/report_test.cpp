// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/report.hpp"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

using namespace std::chrono_literals;

using Names = std::vector<std::string>;

SuspendReport suspended() {
    SuspendReport report;
    report.verdict = {Outcome::Slept, "QEMU reported SUSPEND"};
    report.transaction = "t-1";
    return report;
}

TEST(Report, ASuspendThatKnowsLittle) {
    const Json json = to_json("web1", SleepMode::Ram, suspended());
    EXPECT_EQ(json.names(), (Names{"guest", "verb", "outcome", "text", "mode", "transaction",
                                   "timeline", "anchors"}));
    EXPECT_EQ(json["verb"], Json("suspend"));
    EXPECT_EQ(json["outcome"], Json("slept"));
    EXPECT_EQ(json["mode"], Json("ram"));
    EXPECT_EQ(json["timeline"].dump(), "[]");
}

TEST(Report, ASuspendThatKnowsAll) {
    SuspendReport report = suspended();
    report.boot_id = "b-1";
    report.record = Json::object({{"outcome", "slept"}});
    report.balloon = 268435456;
    report.timeline = {{"requested", 5s}};
    report.anchors = {{5s, 7us, 90us}};
    const Json json = to_json("web1", SleepMode::Disk, report);
    EXPECT_EQ(json["boot-id"], Json("b-1"));
    EXPECT_EQ(json["record"], report.record);
    EXPECT_EQ(json["balloon-bytes"], Json(268435456));
    EXPECT_EQ(json["timeline"].dump(), R"([{"name":"requested","at-us":5000000}])");
    EXPECT_EQ(json["anchors"].dump(), R"([{"host-us":5000000,"guest-us":7,"error-us":90}])");
}

TEST(Report, AWakeWithoutARecord) {
    const Json json = to_json("web1", WakeReport{});
    EXPECT_EQ(json.names(), (Names{"guest", "verb", "was-asleep", "started", "image-lost", "text",
                                   "timeline", "anchors", "restored"}));
    EXPECT_EQ(json["verb"], Json("wake"));
    EXPECT_EQ(json["restored"].dump(), R"({"clock-set":false,"problems":[]})");
}

TEST(Report, AWakeTellsTheSummaryOfTheRecordAndWhatWasPutRight) {
    WakeReport report;
    report.was_asleep = report.started = report.image_lost = true;
    report.record = Json::object({{"outcome", "slept"}, {"slept-ms", 1500}});
    report.restored = {1024, 20ms, true, {"the balloon is stuck"}};
    const Json json = to_json("web1", report);
    EXPECT_EQ(json["outcome"], Json("image-lost"));
    EXPECT_EQ(json["slept-ms"], Json(1500));
    EXPECT_EQ(json["image-lost"], Json(true));
    EXPECT_EQ(json["record"], report.record);
    EXPECT_EQ(
        json["restored"].dump(),
        R"({"clock-set":true,"balloon-bytes":1024,"clock-offset-ms":20,"problems":["the balloon is stuck"]})");
}

TEST(Report, AMemberOfTheRecordWithAnotherTypeIsNotRepeated) {
    WakeReport report;
    report.record = Json::object({{"outcome", Json::array()}, {"slept-ms", "long"}});
    const Json json = to_json("web1", report);
    EXPECT_FALSE(json.has("outcome"));
    EXPECT_FALSE(json.has("slept-ms"));
    EXPECT_EQ(json["record"], report.record);
}

TEST(Report, AStatusOfWhichHalfIsMissing) {
    const Json agent = Json::object({{"state", "idle"}});
    const GuestStatus no_qemu{agent, fail(ErrorCode::Usage, "no qmp= was given")};
    EXPECT_EQ(to_json("web1", no_qemu).dump(),
              R"({"guest":"web1","verb":"status","agent":{"state":"idle"},)"
              R"("qemu":{"error":"no qmp= was given"}})");
    const GuestStatus no_agent{fail("the guest sleeps"), "suspended"};
    EXPECT_EQ(to_json("web1", no_agent)["agent"].dump(), R"({"error":"the guest sleeps"})");
    EXPECT_EQ(to_json("web1", no_agent)["qemu"].dump(), R"({"run-state":"suspended"})");
}

TEST(Report, APreflight) {
    const PreflightReport report{false, {Json::object({{"code", "swap.none"}})}};
    EXPECT_EQ(to_json("web1", SleepMode::Disk, report).dump(),
              R"({"guest":"web1","verb":"preflight","mode":"disk","works":false,)"
              R"("findings":[{"code":"swap.none"}]})");
}

TEST(Report, EachErrorHasItsClass) {
    const auto class_of = [](ErrorCode code) {
        const Json json = error_json("web1", "wake", {code, "why"});
        EXPECT_EQ(json["verb"], Json("wake"));
        EXPECT_EQ(json["error"]["text"], Json("why"));
        return json["error"]["class"].string();
    };
    EXPECT_EQ(class_of(ErrorCode::Usage), "usage");
    EXPECT_EQ(class_of(ErrorCode::Unreachable), "unreachable");
    EXPECT_EQ(class_of(ErrorCode::Refused), "refused");
    EXPECT_EQ(class_of(ErrorCode::TimedOut), "timed-out");
    EXPECT_EQ(class_of(ErrorCode::Generic), "failed");
    EXPECT_EQ(class_of(ErrorCode::CommandNotFound), "failed");
}

}  // namespace
}  // namespace hypnos
