// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace hypnos {
namespace {

using namespace std::chrono_literals;
using Micros = std::chrono::microseconds;
using Points = std::vector<std::pair<const char*, std::int64_t>>;

constexpr std::int64_t kHost = 1'000'000'000;  // the host's clock at the request
constexpr std::int64_t kBefore = 990'000'000;  // what the guest's lacks, before
constexpr std::int64_t kAfter = 989'300'000;   // and after the sleep

Json list(const Points& points, const char* time) {
    Json result = Json::array();
    for (const auto& [name, at] : points) result.append(Json::object({{"name", name}, {time, at}}));
    return result;
}

Json steps(Points points) {
    for (auto& point : points) point.second += kHost;
    return list(points, "at-us");
}

/// At microseconds after the request.
Json anchor(std::int64_t at, std::int64_t offset, std::int64_t error = 100) {
    return Json::object(
        {{"host-us", kHost + at}, {"guest-us", kHost + at - offset}, {"error-us", error}});
}

Json hook(const char* name, const char* phase, std::int64_t ms, const char* result = "ok") {
    return Json::object({{"name", name}, {"phase", phase}, {"ms", ms}, {"result", result}});
}

/// The first `going` points are told by the clock before the sleep, the rest by that after it.
Json record(Points phases, std::size_t going = 4) {
    for (std::size_t i = 0; i < phases.size(); ++i)
        phases[i].second += kHost - (i < going ? kBefore : kAfter);
    return Json::object({{"transaction", "t-1"},
                         {"outcome", "slept"},
                         {"phases", list(phases, "boottime-us")},
                         {"hooks", Json::array()}});
}

Json suspend_report(const char* mode = "ram") {
    return Json::object(
        {{"guest", "web1"},
         {"verb", "suspend"},
         {"outcome", "slept"},
         {"mode", mode},
         {"transaction", "t-1"},
         {"timeline", steps({{"requested", 0}, {"accepted", 40'000}, {"SUSPEND", 90'000}})},
         {"anchors", Json::array({anchor(-500, kBefore)})}});
}

Json full_record() {
    return record({{"requested", 1'000},
                   {"checked", 5'000},
                   {"hooks-run", 35'000},
                   {"entering", 40'000},
                   {"returned", 2'010'000},
                   {"refreshed", 2'015'000},
                   {"finished", 2'050'000}});
}

Json wake_report() {
    return Json::object({{"guest", "web1"},
                         {"verb", "wake"},
                         {"was-asleep", true},
                         {"record", full_record()},
                         {"timeline", steps({{"requested", 2'000'000},
                                             {"WAKEUP", 2'003'000},
                                             {"agent-answered", 2'038'000},
                                             {"HYPNOS_RESUMED", 2'058'000}})},
                         {"anchors", Json::array({anchor(2'060'000, kAfter, 300)})}});
}

Timeline made(const Json& suspend, const Json& wake) {
    const Result<Timeline> timeline = make_timeline(suspend, wake);
    EXPECT_TRUE(timeline) << (timeline ? "" : timeline.error().message);
    return timeline.value_or(Timeline{});
}

/// "host request 0-40000", in microseconds; "missing" if there is none of that name.
std::string span(const Timeline& timeline, const std::string& name) {
    for (const Span& span : timeline.spans) {
        if (span.name == name)
            return (span.side == Side::Host ? "host " : "guest ") +
                   std::to_string(span.start.count()) + "-" + std::to_string(span.end.count());
    }
    return "missing";
}

bool notes_say(const Timeline& timeline, const std::string& part) {
    return std::any_of(timeline.notes.begin(), timeline.notes.end(), [&](const std::string& note) {
        return note.find(part) != std::string::npos;
    });
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string complaint(const Json& suspend, const Json& wake) {
    const Result<Timeline> timeline = make_timeline(suspend, wake);
    if (timeline) return "none";
    EXPECT_EQ(timeline.error().code, ErrorCode::Usage);
    return timeline.error().message;
}

TEST(Timeline, PutsTheGuestOnTheHostsAxisByAnAnchorOfEachSide) {
    const Timeline timeline = made(suspend_report(), wake_report());
    EXPECT_EQ(span(timeline, "request"), "host 0-40000");
    EXPECT_EQ(span(timeline, "preflight"), "guest 1000-5000");
    EXPECT_EQ(span(timeline, "announce"), "guest 35000-40000");
    EXPECT_EQ(span(timeline, "freeze"), "guest 40000-90000");
    EXPECT_EQ(span(timeline, "asleep"), "guest 90000-2000000");
    EXPECT_EQ(span(timeline, "wake"), "host 2000000-2003000");
    EXPECT_EQ(span(timeline, "answer"), "host 2000000-2038000");
    EXPECT_EQ(span(timeline, "restore"), "guest 2003000-2010000");
    EXPECT_EQ(span(timeline, "refresh"), "guest 2010000-2015000");
    EXPECT_EQ(span(timeline, "event"), "host 2050000-2058000");
    EXPECT_TRUE(timeline.notes.empty()) << timeline.notes.front();
    EXPECT_EQ(timeline.error, 300us);
}

TEST(Timeline, TotalsAndOrder) {
    const Timeline timeline = made(suspend_report(), wake_report());
    EXPECT_EQ(timeline.guest + " " + timeline.mode + " " + timeline.outcome, "web1 ram slept");
    EXPECT_EQ(timeline.request_to_sleep, 90ms);
    EXPECT_EQ(timeline.asleep, 1910ms);
    EXPECT_EQ(timeline.wake_to_event, 58ms);
    EXPECT_TRUE(std::is_sorted(timeline.spans.begin(), timeline.spans.end(),
                               [](const Span& a, const Span& b) { return a.start < b.start; }));
}

TEST(Timeline, TheNearestOfSeveralAnchorsCounts) {
    Json suspend = suspend_report(), wake = wake_report();
    suspend.set("anchors", Json::array({anchor(-60'000'000, kBefore + 7'000), anchor(-500, kBefore),
                                        anchor(-90'000'000, kBefore + 9'000)}));
    wake.set("anchors",
             Json::array({anchor(9'000'000, kAfter + 5'000), anchor(2'060'000, kAfter)}));
    const Timeline timeline = made(suspend, wake);
    EXPECT_EQ(span(timeline, "preflight"), "guest 1000-5000");
    EXPECT_EQ(span(timeline, "refresh"), "guest 2010000-2015000");
    EXPECT_EQ(timeline.error, 100us);
}

TEST(Timeline, AnAnchorOfTheOtherSideIsNoneAtAll) {
    Json suspend = suspend_report(), wake = wake_report();
    suspend.set("anchors", Json::array({anchor(2'060'000, kAfter)}));
    wake.set("anchors", Json::array());
    const Timeline timeline = made(suspend, wake);
    EXPECT_EQ(span(timeline, "preflight"), "missing");
    EXPECT_EQ(span(timeline, "refresh"), "guest 2010000-2015000") << "it is of the right side";
    EXPECT_TRUE(notes_say(timeline, "no anchor was taken before the sleep"));
}

TEST(Timeline, WithoutAnchorsTheHostsSideAndANote) {
    Json suspend = suspend_report(), wake = wake_report();
    suspend.set("anchors", Json::array());
    wake.set("anchors", Json());
    const Timeline timeline = made(suspend, wake);
    EXPECT_EQ(span(timeline, "request"), "host 0-40000");
    EXPECT_EQ(span(timeline, "suspending"), "host 40000-90000");
    EXPECT_EQ(span(timeline, "asleep"), "guest 90000-2000000");
    EXPECT_EQ(span(timeline, "restore"), "missing");
    EXPECT_TRUE(notes_say(timeline, "no anchor was taken before the sleep"));
    EXPECT_TRUE(notes_say(timeline, "no anchor was taken after the sleep"));
    EXPECT_EQ(timeline.wake_to_event, 58ms);
}

TEST(Timeline, HooksAreLinedUpBetweenTheirPhases) {
    Json wake = wake_report(), told = full_record();
    told.set("hooks", Json::array({hook("10-a", "pre", 10), hook("50-b", "pre", 15),
                                   hook("50-b", "post", 20, "failed"), hook("10-a", "post", 5)}));
    wake.set("record", told);
    const Timeline timeline = made(suspend_report(), wake);
    EXPECT_EQ(span(timeline, "hook 10-a pre"), "guest 5000-15000");
    EXPECT_EQ(span(timeline, "hook 50-b pre"), "guest 15000-30000");
    EXPECT_EQ(span(timeline, "hook 50-b post"), "guest 2015000-2035000");
    EXPECT_EQ(span(timeline, "hook 10-a post"), "guest 2035000-2040000");
    EXPECT_TRUE(has(timeline_table(timeline, 120, false), "hook 50-b post: failed"));
}

TEST(Timeline, HooksDoNotLeaveTheirPhases) {
    Json wake = wake_report(), told = full_record();
    told.set("hooks", Json::array({hook("10-a", "pre", 1'000'000'000)}));
    wake.set("record", told);
    const Timeline timeline = made(suspend_report(), wake);
    EXPECT_EQ(span(timeline, "hook 10-a pre"), "guest 5000-35000");
    EXPECT_TRUE(notes_say(timeline, "claim more time"));
}

TEST(Timeline, OfManyHooksTheLongestAreKept) {
    Json wake = wake_report(), told = full_record(), hooks = Json::array();
    for (int i = 0; i < 200; ++i)
        hooks.append(hook(("h" + std::to_string(i)).c_str(), i % 2 == 0 ? "pre" : "post", 0));
    hooks.append(hook("long", "pre", 20));
    wake.set("record", told.set("hooks", hooks));
    const Timeline timeline = made(suspend_report(), wake);
    EXPECT_LE(timeline.spans.size(), 64U);
    EXPECT_EQ(span(timeline, "hook long pre"), "guest 5000-25000");
    EXPECT_TRUE(notes_say(timeline, "77 short hooks are left out"));
}

TEST(Timeline, ASleepOnDisk) {
    Json suspend = suspend_report("disk"), wake = wake_report();
    suspend.set("timeline", steps({{"requested", 0},
                                   {"accepted", 40'000},
                                   {"SUSPEND_DISK", 1'600'000},
                                   {"SHUTDOWN", 1'610'000},
                                   {"qmp-closed", 1'630'000}}));
    wake.set("was-asleep", false)
        .set("timeline", steps({{"requested", 2'000'000},
                                {"started", 2'004'000},
                                {"agent-answered", 2'038'000},
                                {"HYPNOS_RESUMED", 2'058'000}}));
    const Timeline timeline = made(suspend, wake);
    EXPECT_EQ(span(timeline, "freeze and image"), "guest 40000-1600000");
    EXPECT_EQ(span(timeline, "off"), "host 1600000-1610000");
    EXPECT_EQ(span(timeline, "asleep"), "guest 1610000-2000000");
    EXPECT_EQ(span(timeline, "start"), "host 2000000-2004000");
    EXPECT_EQ(span(timeline, "restore"), "guest 2004000-2010000");
    EXPECT_EQ(timeline.request_to_sleep, 1610ms);
}

TEST(Timeline, AMachineThatEndsWithoutShutdownIsOffWhenQmpCloses) {
    Json suspend = suspend_report("disk");
    suspend.set("timeline",
                steps({{"requested", 0}, {"SUSPEND_DISK", 1'600'000}, {"qmp-closed", 1'630'000}}));
    EXPECT_EQ(span(made(suspend, {}), "off"), "host 1600000-1630000");
}

TEST(Timeline, WithoutAWakeItEndsAsleep) {
    const Timeline timeline = made(suspend_report(), {});
    EXPECT_EQ(span(timeline, "asleep"), "guest 90000-90000");
    EXPECT_EQ(timeline.asleep, 0us);
    EXPECT_TRUE(notes_say(timeline, "no report tells when the sleep ended"));
    EXPECT_TRUE(has(timeline_svg(timeline), "still asleep"));
}

TEST(Timeline, AGuestThatWokeBeforeItWasAsked) {
    Json wake = wake_report();
    wake.set("was-asleep", false)
        .set("timeline", steps({{"requested", 5'000'000}, {"agent-answered", 5'003'000}}));
    const Timeline timeline = made(suspend_report(), wake);
    EXPECT_EQ(span(timeline, "asleep"), "guest 90000-2010000");
    EXPECT_EQ(span(timeline, "refresh"), "guest 2010000-2015000");
    EXPECT_TRUE(notes_say(timeline, "did not see the event"));
    EXPECT_EQ(timeline.wake_to_event, 40ms) << "to the end of the post hooks";
}

TEST(Timeline, AGuestCannotShortenASleepThatQemuSaw) {
    Json wake = wake_report();
    wake.set("record", record({{"entering", 40'000}, {"returned", 1'200'000}}, 1));
    EXPECT_EQ(span(made(suspend_report(), wake), "asleep"), "guest 90000-2000000");
}

TEST(Timeline, ARefusal) {
    Json suspend = suspend_report();
    Json told = record({{"requested", 1'000}, {"checked", 5'000}, {"finished", 80'000}});
    told.set("outcome", "refused")
        .set("hooks", Json::array({hook("10-a", "pre", 40, "failed"), hook("10-a", "post", 30)}));
    suspend.set("outcome", "refused")
        .set("record", told)
        .set("timeline", steps({{"requested", 0}, {"HYPNOS_SUSPEND_FAILED", 81'000}}));
    const Timeline timeline = made(suspend, {});
    EXPECT_EQ(span(timeline, "hook 10-a pre"), "guest 5000-45000");
    EXPECT_EQ(span(timeline, "hook 10-a post"), "guest 50000-80000");
    EXPECT_EQ(span(timeline, "event"), "host 80000-81000");
    EXPECT_EQ(span(timeline, "asleep"), "missing");
    EXPECT_TRUE(timeline.notes.empty()) << timeline.notes.front();
}

TEST(Timeline, AFailureOfTheKernelNeedsNoAnchorAfterIt) {
    Json suspend = suspend_report();
    suspend.set("outcome", "failed")
        .set("record", record({{"requested", 1'000},
                               {"checked", 2'000},
                               {"hooks-run", 3'000},
                               {"entering", 4'000},
                               {"returned", 70'000},
                               {"finished", 80'000}},
                              6))
        .set("timeline", steps({{"requested", 0}, {"HYPNOS_SUSPEND_FAILED", 81'000}}));
    const Timeline timeline = made(suspend, {});
    EXPECT_EQ(span(timeline, "attempt"), "guest 4000-70000");
    EXPECT_EQ(span(timeline, "event"), "host 80000-81000");
}

TEST(Timeline, ASleepThatNobodyWatched) {
    Json suspend = suspend_report();
    suspend.set("record", full_record())
        .set("timeline", steps({{"requested", 0}, {"HYPNOS_RESUMED", 2'058'000}}))
        .set("anchors", Json::array({anchor(-500, kBefore), anchor(2'060'000, kAfter)}));
    const Timeline timeline = made(suspend, {});
    EXPECT_EQ(span(timeline, "asleep"), "guest 40000-2010000");
    EXPECT_EQ(span(timeline, "event"), "host 2050000-2058000");
    EXPECT_TRUE(notes_say(timeline, "nobody watched the machine"));
}

TEST(Timeline, ALostImage) {
    Json suspend = suspend_report("disk"), wake = wake_report();
    suspend.set("timeline",
                steps({{"requested", 0}, {"SUSPEND_DISK", 80'000}, {"SHUTDOWN", 90'000}}));
    Json told = record({{"entering", 40'000}, {"finished", 2'050'000}}, 1);
    wake.set("record", told.set("outcome", "image-lost"))
        .set("timeline", steps({{"requested", 2'000'000},
                                {"agent-answered", 2'038'000},
                                {"HYPNOS_IMAGE_LOST", 2'058'000}}));
    const Timeline timeline = made(suspend, wake);
    EXPECT_EQ(timeline.outcome, "image-lost");
    EXPECT_EQ(span(timeline, "boot"), "guest 2000000-2038000");
    EXPECT_EQ(span(timeline, "restore"), "missing");
    EXPECT_EQ(span(timeline, "event"), "host 2050000-2058000");
}

TEST(Timeline, PowerOffWithoutAnImage) {
    Json suspend = suspend_report("disk");
    suspend.set("outcome", "shut-off-without-image")
        .set("timeline", steps({{"requested", 0}, {"accepted", 5'000}, {"SHUTDOWN", 70'000}}));
    const Timeline timeline = made(suspend, {});
    EXPECT_EQ(span(timeline, "off"), "host 5000-70000");
    EXPECT_EQ(span(timeline, "asleep"), "missing");
}

TEST(Timeline, AWakeThatFailedIsANote) {
    const Json wake = Json::object(
        {{"guest", "web1"},
         {"verb", "wake"},
         {"error", Json::object({{"class", "timed-out"}, {"text", "QEMU is silent"}})}});
    const Timeline timeline = made(suspend_report(), wake);
    EXPECT_TRUE(notes_say(timeline, "QEMU is silent"));
    EXPECT_EQ(span(timeline, "asleep"), "guest 90000-90000");
}

TEST(Timeline, OtherReportsAreTheCallersMistake) {
    const Json suspend = suspend_report(), wake = wake_report();
    EXPECT_PRED2(has, complaint(wake, {}), "a timeline needs the report of a suspend");
    EXPECT_PRED2(has, complaint({}, {}), "a timeline needs the report of a suspend");
    EXPECT_PRED2(has, complaint(suspend, suspend), "the second report of a timeline");
    EXPECT_PRED2(has, complaint(suspend, Json(5)), "the second report of a timeline");
    Json of_another = wake, told = full_record();
    of_another.set("record", told.set("transaction", "t-2"));
    EXPECT_PRED2(has, complaint(suspend, of_another), "of two sleeps");
    Json refused =
        Json::object({{"verb", "suspend"}, {"error", Json::object({{"text", "nobody listens"}})}});
    EXPECT_PRED2(has, complaint(refused, {}), "nobody listens");
}

TEST(Timeline, WithoutAnyMomentThereIsNothingToDraw) {
    Json suspend = suspend_report();
    const Timeline timeline = made(suspend.set("timeline", Json::array()), {});
    EXPECT_TRUE(timeline.spans.empty());
    EXPECT_TRUE(notes_say(timeline, "nothing to draw"));
    EXPECT_TRUE(has(timeline_svg(timeline), "nothing to draw"));
}

TEST(Timeline, APhaseThatCannotBeIsLeftOut) {
    Json wake = wake_report();
    wake.set("record", record({{"requested", 1'000}, {"checked", 3'600'000'000}}));
    const Timeline timeline = made(suspend_report(), wake);
    EXPECT_EQ(span(timeline, "preflight"), "missing");
    EXPECT_TRUE(notes_say(timeline, "'checked' lies outside of what the host saw"));
}

TEST(Timeline, AsJson) {
    const Json json = timeline_json(made(suspend_report(), wake_report()));
    EXPECT_EQ(json["verb"], Json("timeline"));
    EXPECT_EQ(json["asleep-us"], Json(1'910'000));
    EXPECT_EQ(json["spans"].elements().front().dump(),
              R"({"side":"host","name":"request","label":"request","start-us":0,"end-us":40000})");
    EXPECT_EQ(json["notes"].dump(), "[]");
}

/// Cells, not bytes.
std::size_t width_of(const std::string& line) {
    return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

TEST(TimelineTable, FitsTheTerminal) {
    const Timeline timeline = made(suspend_report(), wake_report());
    for (const std::size_t columns : {40U, 60U, 80U, 100U, 200U}) {
        for (const bool utf8 : {false, true}) {
            std::istringstream lines(timeline_table(timeline, columns, utf8));
            for (std::string line; std::getline(lines, line);)
                EXPECT_LE(width_of(line), columns) << line;
        }
    }
}

TEST(TimelineTable, IsAsciiUnlessUtf8) {
    const Timeline timeline = made(suspend_report(), wake_report());
    const std::string ascii = timeline_table(timeline, 100, false);
    EXPECT_EQ(width_of(ascii), ascii.size());
    EXPECT_TRUE(has(ascii, "####"));
    EXPECT_TRUE(has(timeline_table(timeline, 100, true), "\u2588\u2588"));
}

TEST(TimelineTable, HasNoBarWhereThereIsNoRoom) {
    const std::string table = timeline_table(made(suspend_report(), wake_report()), 40, false);
    EXPECT_FALSE(has(table, "#"));
    EXPECT_TRUE(has(table, "request"));
}

}  // namespace
}  // namespace hypnos
