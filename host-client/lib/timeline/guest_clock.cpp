// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/guest_clock.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <string_view>

namespace hypnos::chart {
namespace {

/// How far a phase may lie outside what the host saw: the agent finishes its part unwatched.
constexpr Micros kSlack = std::chrono::seconds(1);

using Anchors = std::vector<Anchor>;

Anchors those(const Anchors& all, const std::function<bool(const Anchor&)>& wanted) {
    Anchors result;
    std::copy_if(all.begin(), all.end(), std::back_inserter(result), wanted);
    return result;
}

Anchors before_sleep(const Evidence& evidence) {
    const std::optional<Micros> entering = evidence.phases.first("entering");
    if (!evidence.slept || !entering) return evidence.before;
    return those(evidence.before, [&](const Anchor& anchor) { return anchor.guest <= *entering; });
}

/// A suspend report has some of its own if the sleep was over before it was written.
Anchors after_sleep(const Evidence& evidence) {
    const std::optional<Micros> returned = evidence.phases.first("returned");
    Anchors result = evidence.after;
    if (evidence.lost || (evidence.slept && !returned)) return result;
    const Anchors own = those(evidence.before, [&](const Anchor& anchor) {
        return !evidence.slept || anchor.guest >= *returned;
    });
    result.insert(result.end(), own.begin(), own.end());
    return result;
}

const Anchor& nearest(const Anchors& anchors, Micros guest) {
    return *std::min_element(
        anchors.begin(), anchors.end(), [guest](const Anchor& a, const Anchor& b) {
            return std::chrono::abs(a.guest - guest) < std::chrono::abs(b.guest - guest);
        });
}

constexpr std::array<std::string_view, 4> kGoing = {"requested", "checked", "hooks-run",
                                                    "entering"};
constexpr std::array<std::string_view, 3> kComing = {"returned", "refreshed", "finished"};

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

struct Seen {
    Micros first = Micros::max(), last = Micros::min();
    void cover(Micros at) {
        first = std::min(first, at);
        last = std::max(last, at);
    }
};

Seen what_the_host_saw(const Evidence& evidence) {
    Seen seen;
    for (const Moments* steps : {&evidence.going, &evidence.coming})
        for (const auto& [name, at] : steps->entries()) seen.cover(at);
    for (const Anchors* anchors : {&evidence.before, &evidence.after})
        for (const Anchor& anchor : *anchors) seen.cover(anchor.host);
    return seen;
}

class Placing {
  public:
    explicit Placing(const Evidence& evidence)
        : before_(before_sleep(evidence)),
          after_(after_sleep(evidence)),
          seen_(what_the_host_saw(evidence)) {}

    void place(const Moments::Entry& phase) {
        const bool after = is_among(kComing, phase.first);
        if (!after && !is_among(kGoing, phase.first)) return;
        const Anchors& anchors = after ? after_ : before_;
        if (anchors.empty()) {
            (after ? missing_after_ : missing_before_) = true;
            return;
        }
        const Anchor& anchor = nearest(anchors, phase.second);
        add(phase.first, anchor.host + (phase.second - anchor.guest), anchor.error);
    }

    Placed result() {
        note_if(missing_before_,
                "no anchor was taken before the sleep: what the guest did before "
                "it cannot be placed");
        note_if(missing_after_,
                "no anchor was taken after the sleep: what the guest did after it "
                "cannot be placed");
        return std::move(placed_);
    }

  private:
    void add(const std::string& name, Micros at, Micros error) {
        const Micros slack = kSlack + error;
        const bool possible = at >= seen_.first - slack && at <= seen_.last + slack;
        note_if(!possible, "the guest's '" + name +
                               "' lies outside of what the host saw and is "
                               "left out");
        if (!possible) return;
        placed_.phases.add(name, at);
        placed_.error = std::max(placed_.error, error);
    }

    void note_if(bool condition, const std::string& text) {
        if (condition) placed_.notes.push_back(text);
    }

    Anchors before_, after_;
    Seen seen_;
    Placed placed_;
    bool missing_before_ = false, missing_after_ = false;
};

}  // namespace

Placed place_phases(const Evidence& evidence) {
    Placing placing(evidence);
    for (const Moments::Entry& phase : evidence.phases.entries()) placing.place(phase);
    return placing.result();
}

}  // namespace hypnos::chart
