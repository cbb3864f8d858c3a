// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "fleet/circle.hpp"
#include "hypnos/fleet.hpp"

namespace hypnos {
namespace {

Result<void> refuse_twins(const std::vector<std::string>& names) {
    std::set<std::string> seen;
    for (const std::string& name : names) {
        if (!seen.insert(name).second)
            return fail(ErrorCode::Usage, "two guests are called '" + name + "'");
    }
    return {};
}

}  // namespace

Result<FleetPlan> FleetPlan::make(std::vector<std::string> names, const FleetOptions& options) {
    if (Result<void> differ = refuse_twins(names); !differ) return fail(differ.error());
    FleetPlan plan;
    plan.parallel_ = options.parallel;
    plan.on_failure_ = options.on_failure;
    for (std::string& name : names) plan.members_.emplace_back().name = std::move(name);
    plan.turns_.resize(plan.members_.size());
    std::iota(plan.turns_.begin(), plan.turns_.end(), std::size_t{0});
    for (const Order& order : options.after) {
        if (Result<void> added = plan.add(order); !added) return fail(added.error());
    }
    if (Result<void> straight = plan.refuse_circles(); !straight) return fail(straight.error());
    return plan;
}

Result<void> FleetPlan::add(const Order& order) {
    const Result<std::size_t> later = find(order.later);
    if (!later) return fail(later.error());
    const Result<std::size_t> earlier = find(order.earlier);
    if (!earlier) return fail(earlier.error());
    members_[*later].before.push_back(*earlier);
    ++members_[*later].open;
    members_[*earlier].after.push_back(*later);
    return {};
}

Result<std::size_t> FleetPlan::find(const std::string& name) const {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const Member& member) { return member.name == name; });
    if (found == members_.end())
        return fail(ErrorCode::Usage,
                    "the order names '" + name + "', which is not one of these guests");
    return static_cast<std::size_t>(found - members_.begin());
}

Result<void> FleetPlan::refuse_circles() const {
    std::vector<std::vector<std::size_t>> before;
    for (const Member& member : members_) before.push_back(member.before);
    const std::vector<std::size_t> circle = find_circle(before);
    if (circle.empty()) return {};
    std::string text;
    for (const std::size_t index : circle) text += "'" + members_[index].name + "' after ";
    return fail(ErrorCode::Usage,
                "the order goes in a circle: " + text + "'" + members_[circle.front()].name + "'");
}

FleetPlan FleetPlan::reversed() const {
    FleetPlan plan;
    plan.parallel_ = parallel_;
    plan.on_failure_ = on_failure_;
    plan.turns_.assign(turns_.rbegin(), turns_.rend());
    for (const Member& member : members_) {
        Member& turned = plan.members_.emplace_back();
        turned.name = member.name;
        turned.before = member.after;
        turned.after = member.before;
        turned.open = turned.before.size();
    }
    return plan;
}

bool FleetPlan::may_start(std::size_t index) const {
    return members_[index].progress == Progress::Waiting && members_[index].open == 0;
}

std::vector<std::size_t> FleetPlan::start() {
    std::vector<std::size_t> result;
    for (const std::size_t index : turns_) {
        if (parallel_ > 0 && running_ == parallel_) break;
        if (!may_start(index)) continue;
        members_[index].progress = Progress::Running;
        ++running_;
        result.push_back(index);
    }
    return result;
}

void FleetPlan::ended(std::size_t index, bool well) {
    if (progress(index) != Progress::Running) return;
    --running_;
    members_[index].progress = well ? Progress::Done : Progress::Failed;
    if (well) {
        done_.push_back(index);
        for (const std::size_t later : members_[index].after) --members_[later].open;
        return;
    }
    failed_ = true;
    skip_followers(index);
    if (on_failure_ != OnFailure::Continue)
        skip_rest("'" + members_[index].name + "' failed, and then nothing more is started");
}

void FleetPlan::skip(std::size_t index, const std::string& why) {
    members_[index].progress = Progress::Skipped;
    members_[index].why_skipped = why;
}

void FleetPlan::skip_followers(std::size_t index) {
    for (std::vector<std::size_t> hindering{index}; !hindering.empty();) {
        const Member& cause = members_[hindering.back()];
        hindering.pop_back();
        const char* how = cause.progress == Progress::Failed ? "failed" : "was skipped";
        for (const std::size_t later : cause.after) {
            if (members_[later].progress != Progress::Waiting) continue;
            skip(later, "'" + cause.name + "', which goes first, " + how);
            hindering.push_back(later);
        }
    }
}

void FleetPlan::skip_rest(const std::string& why) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (members_[i].progress == Progress::Waiting) skip(i, why);
    }
}

void FleetPlan::stop() { skip_rest("it was stopped before its turn"); }

bool FleetPlan::over() const {
    return std::all_of(members_.begin(), members_.end(), [](const Member& member) {
        return member.progress != Progress::Waiting && member.progress != Progress::Running;
    });
}

Progress FleetPlan::progress(std::size_t index) const {
    return index < members_.size() ? members_[index].progress : Progress::Skipped;
}

std::string FleetPlan::why_skipped(std::size_t index) const {
    return index < members_.size() ? members_[index].why_skipped : "";
}

std::vector<std::size_t> FleetPlan::undo() const {
    if (!failed_ || on_failure_ != OnFailure::Undo) return {};
    return {done_.rbegin(), done_.rend()};
}

}  // namespace hypnos
