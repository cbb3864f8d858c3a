// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Examples, and properties over random graphs and random endings. A failure names its seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "hypnos/fleet.hpp"

namespace hypnos {
namespace {

using Indices = std::vector<std::size_t>;
using Names = std::vector<std::string>;

FleetPlan plan_of(const Names& names, const FleetOptions& options) {
    Result<FleetPlan> plan = FleetPlan::make(names, options);
    EXPECT_TRUE(plan) << plan.error().message;
    return *std::move(plan);
}

void expect_usage_error(const Names& names, const std::vector<Order>& after,
                        const std::string& part) {
    const Result<FleetPlan> plan = FleetPlan::make(names, {.after = after});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, ErrorCode::Usage);
    EXPECT_NE(plan.error().message.find(part), std::string::npos) << plan.error().message;
}

TEST(FleetPlan, StartsAGuestWhenThoseBeforeItHaveEndedWell) {
    FleetPlan plan = plan_of({"db", "web", "proxy"}, {.after = {{"db", "web"}, {"db", "proxy"}}});
    EXPECT_EQ(plan.start(), (Indices{1, 2}));
    EXPECT_EQ(plan.start(), Indices());
    plan.ended(2, true);
    EXPECT_EQ(plan.start(), Indices());
    plan.ended(1, true);
    EXPECT_EQ(plan.start(), Indices{0});
    EXPECT_FALSE(plan.over());
    plan.ended(0, true);
    EXPECT_TRUE(plan.over());
    EXPECT_EQ(plan.progress(0), Progress::Done);
}

TEST(FleetPlan, HasNoMoreAtOnceThanItMay) {
    FleetPlan plan = plan_of({"a", "b", "c"}, {.parallel = 2});
    EXPECT_EQ(plan.start(), (Indices{0, 1}));
    EXPECT_EQ(plan.start(), Indices());
    plan.ended(0, false);
    EXPECT_EQ(plan.start(), Indices{2});
}

TEST(FleetPlan, OfNobodyIsOver) {
    FleetPlan plan = plan_of({}, {});
    EXPECT_EQ(plan.start(), Indices());
    EXPECT_TRUE(plan.over());
}

TEST(FleetPlan, RefusesOrdersThatCannotBeKept) {
    const Names names{"a", "b", "c", "d"};
    expect_usage_error(names, {{"a", "x"}}, "'x'");
    expect_usage_error(names, {{"x", "a"}}, "'x'");
    expect_usage_error(names, {{"a", "a"}}, "circle: 'a' after 'a'");
    expect_usage_error({"a", "b", "a"}, {}, "two guests are called 'a'");
    // d comes after the circle and is no part of it.
    expect_usage_error({"d", "a", "b", "c"}, {{"d", "a"}, {"a", "b"}, {"b", "c"}, {"c", "a"}},
                       "in a circle: 'a' after 'b' after 'c' after 'a'");
}

TEST(FleetPlan, AnOrderMayBeGivenTwice) {
    FleetPlan plan = plan_of({"a", "b"}, {.after = {{"b", "a"}, {"b", "a"}}});
    EXPECT_EQ(plan.start(), Indices{0});
    plan.ended(0, true);
    EXPECT_EQ(plan.start(), Indices{1});
}

TEST(FleetPlan, ContinueSkipsOnlyThoseThatComeAfterAFailedOne) {
    FleetPlan plan = plan_of({"web", "db", "disk", "other"},
                             {.after = {{"db", "web"}, {"disk", "db"}}, .parallel = 1});
    EXPECT_EQ(plan.start(), Indices{0});
    plan.ended(0, false);
    EXPECT_EQ(plan.progress(0), Progress::Failed);
    EXPECT_EQ(plan.why_skipped(0), "");
    EXPECT_EQ(plan.progress(1), Progress::Skipped);
    EXPECT_EQ(plan.why_skipped(1), "'web', which goes first, failed");
    EXPECT_EQ(plan.why_skipped(2), "'db', which goes first, was skipped");
    EXPECT_EQ(plan.start(), Indices{3});
    plan.ended(3, true);
    EXPECT_TRUE(plan.over());
    EXPECT_EQ(plan.undo(), Indices());
}

TEST(FleetPlan, StopStartsNothingMoreAfterAFailure) {
    FleetPlan plan = plan_of({"a", "b", "c", "d"},
                             {.after = {{"d", "a"}}, .parallel = 2, .on_failure = OnFailure::Stop});
    EXPECT_EQ(plan.start(), (Indices{0, 1}));
    plan.ended(0, false);
    EXPECT_EQ(plan.start(), Indices());
    EXPECT_EQ(plan.why_skipped(2), "'a' failed, and then nothing more is started");
    EXPECT_EQ(plan.why_skipped(3), "'a', which goes first, failed");
    EXPECT_FALSE(plan.over());
    plan.ended(1, true);
    EXPECT_TRUE(plan.over());
    EXPECT_EQ(plan.undo(), Indices());
}

TEST(FleetPlan, UndoNamesThoseThatEndedWellLatestFirst) {
    FleetPlan plan = plan_of({"a", "b", "c", "d"}, {.on_failure = OnFailure::Undo});
    EXPECT_EQ(plan.start(), (Indices{0, 1, 2, 3}));
    plan.ended(2, true);
    plan.ended(0, true);
    EXPECT_EQ(plan.undo(), Indices());
    plan.ended(1, false);
    plan.ended(3, true);
    EXPECT_EQ(plan.undo(), (Indices{3, 0, 2}));
}

TEST(FleetPlan, CanBeStopped) {
    FleetPlan plan = plan_of({"a", "b"}, {.parallel = 1, .on_failure = OnFailure::Undo});
    EXPECT_EQ(plan.start(), Indices{0});
    plan.stop();
    EXPECT_EQ(plan.why_skipped(1), "it was stopped before its turn");
    plan.ended(0, true);
    EXPECT_TRUE(plan.over());
    EXPECT_EQ(plan.start(), Indices());
    EXPECT_EQ(plan.undo(), Indices());
}

TEST(FleetPlan, TakesNoNoticeOfEndsOfWhatDoesNotRun) {
    FleetPlan plan = plan_of({"a"}, {});
    plan.ended(0, true);
    plan.ended(7, true);
    EXPECT_EQ(plan.start(), Indices{0});
    plan.ended(0, true);
    plan.ended(0, false);
    EXPECT_EQ(plan.progress(0), Progress::Done);
}

TEST(FleetPlan, ReversedBeginsWithTheLast) {
    const FleetPlan plan = plan_of({"a", "b", "c"}, {.after = {{"b", "a"}}, .parallel = 1});
    FleetPlan back = plan.reversed();
    EXPECT_EQ(back.start(), Indices{2});
    back.ended(2, true);
    EXPECT_EQ(back.start(), Indices{1});
    back.ended(1, true);
    EXPECT_EQ(back.start(), Indices{0});
}

/// A fleet that chance made. Guests come only after guests of a lower rank: there is no circle.
struct Fleet {
    explicit Fleet(unsigned seed) : chance(seed) {
        const std::size_t size = below(12);
        for (std::size_t i = 0; i < size; ++i) names.push_back("g" + std::to_string(i));
        Indices ranks(size);
        std::iota(ranks.begin(), ranks.end(), std::size_t{0});
        std::shuffle(ranks.begin(), ranks.end(), chance);
        for (std::size_t i = 0; i < size * below(4); ++i) {
            const std::size_t a = below(size), b = below(size);
            if (ranks[a] != ranks[b]) add(ranks[a] > ranks[b] ? a : b, ranks[a] > ranks[b] ? b : a);
        }
        options.parallel = below(4);
        options.on_failure = static_cast<OnFailure>(below(3));
    }

    void add(std::size_t later, std::size_t earlier) {
        edges.emplace_back(later, earlier);
        options.after.push_back({names[later], names[earlier]});
    }
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : chance() % limit; }

    std::mt19937 chance;
    Names names;
    std::vector<std::pair<std::size_t, std::size_t>> edges;  ///< later, earlier
    FleetOptions options;
};

/// Lets a plan run to its end, each guest ending when and how chance has it; looks at each start.
class Trial {
  public:
    Trial(Fleet& fleet, FleetPlan& plan, bool reversed)
        : fleet_(fleet), plan_(plan), reversed_(reversed) {}

    void to_the_end(std::size_t failures_in_ten) {
        // Each guest starts and ends once at most.
        for (std::size_t steps = 0; steps <= 2 * fleet_.names.size(); ++steps) {
            for (const std::size_t index : plan_.start()) starts(index);
            if (running_.empty()) return;
            EXPECT_LE(running_.size(), most_at_once());
            EXPECT_FALSE(plan_.over());
            ends(fleet_.below(running_.size()), fleet_.below(10) >= failures_in_ten);
        }
        ADD_FAILURE() << "it does not end";
    }

    Indices started, done;
    bool failed = false;

  private:
    [[nodiscard]] std::size_t most_at_once() const {
        return fleet_.options.parallel > 0 ? fleet_.options.parallel : fleet_.names.size();
    }

    void starts(std::size_t index) {
        EXPECT_EQ(std::count(started.begin(), started.end(), index), 0) << "started twice";
        EXPECT_FALSE(failed && fleet_.options.on_failure != OnFailure::Continue);
        for (auto [later, earlier] : fleet_.edges) {
            if (reversed_) std::swap(later, earlier);
            EXPECT_TRUE(later != index || plan_.progress(earlier) == Progress::Done);
        }
        EXPECT_EQ(plan_.progress(index), Progress::Running);
        started.push_back(index);
        running_.push_back(index);
    }

    void ends(std::size_t place, bool well) {
        const std::size_t index = running_[place];
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(place));
        plan_.ended(index, well);
        EXPECT_EQ(plan_.progress(index), well ? Progress::Done : Progress::Failed);
        if (well) done.push_back(index);
        failed = failed || !well;
    }

    Fleet& fleet_;
    FleetPlan& plan_;
    bool reversed_;
    Indices running_;
};

void expect_settled(const FleetPlan& plan, const Trial& run, const Fleet& fleet) {
    EXPECT_TRUE(plan.over());
    for (std::size_t i = 0; i < fleet.names.size(); ++i) {
        const bool started = std::count(run.started.begin(), run.started.end(), i) == 1;
        const bool skipped = plan.progress(i) == Progress::Skipped;
        EXPECT_NE(started, skipped);
        EXPECT_EQ(plan.why_skipped(i).empty(), !skipped);
    }
    const bool undoes = run.failed && fleet.options.on_failure == OnFailure::Undo;
    EXPECT_EQ(plan.undo(), undoes ? Indices(run.done.rbegin(), run.done.rend()) : Indices());
}

/// With Continue, who is skipped comes after one that failed, however far.
void expect_skipped_for_a_reason(const FleetPlan& plan, const Fleet& fleet) {
    for (std::size_t i = 0; i < fleet.names.size(); ++i) {
        if (plan.progress(i) != Progress::Skipped) continue;
        const bool hindered = std::any_of(fleet.edges.begin(), fleet.edges.end(), [&](auto edge) {
            const Progress before = plan.progress(edge.second);
            return edge.first == i && (before == Progress::Failed || before == Progress::Skipped);
        });
        EXPECT_TRUE(hindered);
    }
}

TEST(FleetPlanProperty, HoldsInRandomGraphsWithRandomEndings) {
    for (unsigned seed = 0; seed < 3000 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Fleet fleet(seed);
        FleetPlan plan = plan_of(fleet.names, fleet.options);
        Trial run(fleet, plan, false);
        run.to_the_end(seed % 5);
        expect_settled(plan, run, fleet);
        if (fleet.options.on_failure == OnFailure::Continue)
            expect_skipped_for_a_reason(plan, fleet);
    }
}

TEST(FleetPlanProperty, ReversedIsReallyReversed) {
    for (unsigned seed = 0; seed < 1000 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Fleet fleet(seed);
        FleetPlan back = plan_of(fleet.names, fleet.options).reversed();
        Trial run(fleet, back, true);
        run.to_the_end(0);
        EXPECT_EQ(run.done.size(), fleet.names.size());
        expect_settled(back, run, fleet);

        fleet.options.parallel = 1;
        FleetPlan forth = plan_of(fleet.names, fleet.options);
        FleetPlan twice = forth.reversed().reversed();
        Trial one(fleet, forth, false), other(fleet, twice, false);
        one.to_the_end(0);
        other.to_the_end(0);
        EXPECT_EQ(one.done, other.done);
    }
}

TEST(FleetPlanProperty, EveryCircleIsFoundAndNamed) {
    for (unsigned seed = 0; seed < 1000 && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Fleet fleet(seed);
        if (fleet.edges.empty()) continue;
        const auto [later, earlier] = fleet.edges[fleet.below(fleet.edges.size())];
        fleet.add(earlier, later);
        const Result<FleetPlan> plan = FleetPlan::make(fleet.names, fleet.options);
        ASSERT_FALSE(plan);
        EXPECT_EQ(plan.error().code, ErrorCode::Usage);
        EXPECT_NE(plan.error().message.find(" after "), std::string::npos);
    }
}

}  // namespace
}  // namespace hypnos
