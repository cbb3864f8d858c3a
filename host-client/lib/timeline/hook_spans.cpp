// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/hook_spans.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace hypnos::chart {
namespace {

/// The agent tells whole milliseconds.
constexpr Micros kRounding = std::chrono::milliseconds(1);

struct Room {
    Micros start{}, end{};
};

std::vector<HookRun> of_phase(const std::vector<HookRun>& hooks, bool pre) {
    std::vector<HookRun> result;
    std::copy_if(hooks.begin(), hooks.end(), std::back_inserter(result),
                 [pre](const HookRun& hook) { return hook.pre == pre; });
    return result;
}

Micros together(const std::vector<HookRun>& hooks) {
    Micros sum{};
    for (const HookRun& hook : hooks) sum += hook.took;
    return sum;
}

/// A veto leaves no "hooks-run": then the posts come before "finished" too.
std::optional<Room> room_for_pre(const Moments& phases) {
    const auto start = phases.first("checked");
    const auto end = phases.first_of({"hooks-run", "finished"});
    if (!start || !end || *end < *start) return std::nullopt;
    return Room{*start, *end};
}

/// After a failure nothing is refreshed, and when the posts began is not told: they end with the
/// record.
std::optional<Room> room_for_post(const Moments& phases, Micros needed) {
    const auto end = phases.first("finished");
    if (!end) return std::nullopt;
    const auto floor = phases.first_of({"returned", "checked"}).value_or(*end - needed);
    const auto start = phases.first("refreshed").value_or(std::max(*end - needed, floor));
    if (*end < start) return std::nullopt;
    return Room{start, *end};
}

Span span_of(const HookRun& hook, Room room) {
    const std::string name = "hook " + hook.name + (hook.pre ? " pre" : " post");
    const bool good = hook.result.empty() || hook.result == "ok";
    return {Side::Guest, name, good ? name : name + ": " + hook.result, room.start, room.end};
}

std::vector<Span> line_up(const std::vector<HookRun>& hooks, Room room) {
    std::vector<Span> result;
    Micros start = room.start;
    for (const HookRun& hook : hooks) {
        const Micros end = std::min(start + hook.took, room.end);
        result.push_back(span_of(hook, {start, end}));
        start = end;
    }
    return result;
}

Micros length(const Span& span) { return span.end - span.start; }

void keep_longest(std::vector<Span>& spans, std::vector<std::string>& notes) {
    if (spans.size() <= kHooksShown) return;
    const std::size_t too_many = spans.size() - kHooksShown;
    std::stable_sort(spans.begin(), spans.end(),
                     [](const Span& a, const Span& b) { return length(a) > length(b); });
    notes.push_back(std::to_string(too_many) + " short hooks are left out, the longest of " +
                    length_words(length(spans[kHooksShown])));
    spans.resize(kHooksShown);
}

std::vector<Span> placed(const std::vector<HookRun>& hooks, const std::optional<Room>& room,
                         std::vector<std::string>& notes) {
    if (hooks.empty()) return {};
    const std::string whose = hooks.front().pre ? "pre hooks" : "post hooks";
    if (!room) {
        notes.push_back("when the " + whose + " ran is not known");
        return {};
    }
    const Micros rounding = kRounding * static_cast<std::int64_t>(hooks.size());
    if (together(hooks) > room->end - room->start + rounding)
        notes.push_back("the " + whose + " claim more time than the phases around them leave");
    std::vector<Span> spans = line_up(hooks, *room);
    keep_longest(spans, notes);
    return spans;
}

}  // namespace

std::vector<Span> hook_spans(const Evidence& evidence, const Moments& phases,
                             std::vector<std::string>& notes) {
    const std::vector<HookRun> pre = of_phase(evidence.hooks, true);
    const std::vector<HookRun> post = of_phase(evidence.hooks, false);
    std::vector<Span> spans = placed(pre, room_for_pre(phases), notes);
    const std::vector<Span> more = placed(post, room_for_post(phases, together(post)), notes);
    spans.insert(spans.end(), more.begin(), more.end());
    return spans;
}

}  // namespace hypnos::chart
