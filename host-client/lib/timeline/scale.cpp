// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/scale.hpp"

#include <algorithm>

namespace hypnos::chart {
namespace {

constexpr double kLeast = 0.22;  ///< of the room for both sides

double us(std::chrono::microseconds time) { return static_cast<double>(time.count()); }

const Span* sleep_of(const Timeline& timeline) {
    const auto found = std::find_if(timeline.spans.begin(), timeline.spans.end(),
                                    [](const Span& span) { return span.name == "asleep"; });
    return found == timeline.spans.end() ? nullptr : &*found;
}

/// All spans, and the request.
Stretch whole(const Timeline& timeline, double width) {
    Stretch result{.right = width};
    for (const Span& span : timeline.spans) {
        result.start = std::min(result.start, us(span.start));
        result.end = std::max(result.end, us(span.end));
    }
    result.end = std::max(result.end, result.start + 1);
    return result;
}

}  // namespace

double Stretch::at(double time) const {
    if (length() <= 0) return left;
    return left + (std::clamp(time, start, end) - start) / length() * width();
}

Scale::Scale(const Timeline& timeline, double width, double gap) : before_(whole(timeline, width)) {
    if (const Span* sleep = sleep_of(timeline)) break_at(*sleep, width, gap);
}

void Scale::break_at(const Span& sleep, double width, double gap) {
    const Stretch all = before_;
    const double room = width - gap;
    const double going = us(sleep.start) - all.start, coming = all.end - us(sleep.end);
    double share = going / std::max(going + coming, 1.0);
    const bool woken = coming > 0 || sleep.end > sleep.start;
    if (woken) share = std::clamp(share, kLeast, 1 - kLeast);
    before_.end = us(sleep.start);
    before_.right = woken ? room * share : room;
    asleep_ = Stretch{us(sleep.start), us(sleep.end), before_.right, before_.right + gap};
    if (woken) after_ = Stretch{us(sleep.end), all.end, asleep_->right, width};
}

double Scale::at(std::chrono::microseconds time) const {
    if (asleep_ && us(time) > asleep_->start)
        return after_ && us(time) >= after_->start ? after_->at(us(time)) : asleep_->at(us(time));
    return before_.at(us(time));
}

double Scale::magnified() const {
    if (!after_ || before_.length() <= 0 || after_->length() <= 0) return 1;
    const double before = before_.width() / before_.length();
    return after_->width() / after_->length() / before;
}

}  // namespace hypnos::chart
