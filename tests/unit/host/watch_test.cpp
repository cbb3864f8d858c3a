// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/watch.hpp"

#include <algorithm>

#include "fake_peer.hpp"

namespace hypnos::test {
namespace {

class WatchTest : public HostTest {
  protected:
    Watch::Handlers handlers() {
        return {.on_event =
                    [this](const WatchedEvent& watched) {
                        seen.push_back(watched.port + " " + watched.event.name + " " +
                                       watched.event.data["seq"].dump());
                    },
                .on_note = [this](const std::string& text) { notes.push_back(text); }};
    }

    static Json numbered(int seq, const char* boot_id = FakeAgent::kBoot) {
        return Json::object({{"seq", seq}, {"boot-id", boot_id}});
    }

    std::string qmp_path = dir.file("qmp"), agent_path = dir.file("agent");
    std::vector<std::string> seen, notes;
};

TEST_F(WatchTest, TellsTheEventsOfBothSides) {
    FakeQemu qemu(context.get(), qmp_path);
    FakeAgent agent(context.get(), agent_path);
    qemu.after = [&](const std::string&) { qemu.event("SUSPEND"); };
    agent.after = [&](const std::string& command) {
        if (command == "hypnos-subscribe") agent.event(events::kResumed, numbered(1));
    };
    const Watch watch(context.get(), {.qmp = qmp_path, .agent = agent_path, .power = {}},
                      handlers());
    iterate_until([&] { return seen.size() == 2; });
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (std::vector<std::string>{"agent HYPNOS_RESUMED 1", "qmp SUSPEND null"}));
}

TEST_F(WatchTest, ConnectsAgainAndAsksForWhatItMissed) {
    FakeAgent agent(context.get(), agent_path);
    std::vector<std::string> asked;
    agent.answers["hypnos-subscribe"] = [&](const Json& arguments) {
        asked.push_back(arguments.dump());
        return Result<Json>(Json::object({{"boot-id", FakeAgent::kBoot}, {"last-seq", 7}}));
    };
    agent.after = [&](const std::string& command) {
        if (command != "hypnos-subscribe") return;
        agent.event(events::kSuspending, numbered(7));
        if (asked.size() > 1) agent.event(events::kResumed, numbered(8));
        if (asked.size() == 1) agent.hang_up();
    };
    const Watch watch(context.get(), {.qmp = {}, .agent = {}, .power = agent_path}, handlers());
    iterate_until([&] { return seen.size() == 2; });
    EXPECT_EQ(seen,
              (std::vector<std::string>{"power HYPNOS_SUSPENDING 7", "power HYPNOS_RESUMED 8"}));
    EXPECT_EQ(asked, (std::vector<std::string>{"{}", R"({"since":7})"}));
}

TEST_F(WatchTest, ANewBootCountsAnew) {
    FakeAgent agent(context.get(), agent_path);
    std::vector<std::string> asked;
    agent.answers["hypnos-subscribe"] = [&](const Json& arguments) {
        asked.push_back(arguments.dump());
        return Result<Json>(Json::object({{"boot-id", "boot-1"}, {"last-seq", 12}}));
    };
    agent.after = [&](const std::string& command) {
        if (command != "hypnos-subscribe") return;
        if (asked.size() == 1) {
            agent.event(events::kResumed, numbered(9, "boot-0"));
            agent.hang_up();
        }
        if (asked.size() == 3) agent.event(events::kReady, numbered(1, "boot-1"));
    };
    const Watch watch(context.get(), {.qmp = {}, .agent = agent_path, .power = {}}, handlers());
    iterate_until([&] { return seen.size() == 2; });
    EXPECT_EQ(asked, (std::vector<std::string>{"{}", R"({"since":9})", R"({"since":0})"}));
    EXPECT_EQ(seen.back(), "agent HYPNOS_READY 1");
}

TEST_F(WatchTest, AWakeupRenewsTheSubscription) {
    FakeQemu qemu(context.get(), qmp_path);
    FakeAgent agent(context.get(), agent_path);
    agent.after = [&](const std::string& command) {
        if (command == "hypnos-subscribe" && agent.count(command) == 1) qemu.event("WAKEUP");
    };
    const Watch watch(context.get(), {.qmp = qmp_path, .agent = agent_path, .power = {}},
                      handlers());
    iterate_until([&] { return agent.count("hypnos-subscribe") == 2; });
}

TEST_F(WatchTest, WaitsForAGuestThatIsNotThere) {
    const Watch watch(context.get(), {.qmp = qmp_path, .agent = {}, .power = {}}, handlers());
    iterate_until([&] { return !notes.empty(); });
    EXPECT_PRED2(contains, notes.front(), "cannot connect");
    FakeQemu qemu(context.get(), qmp_path);
    qemu.after = [&](const std::string&) { qemu.event("WAKEUP"); };
    iterate_until([&] { return !seen.empty(); });
    EXPECT_EQ(notes.size(), 2U) << "the same note is not repeated";
}

}  // namespace
}  // namespace hypnos::test
