// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/evidence.hpp"

#include <algorithm>
#include <cstdint>

#include "hypnos/protocol/power.hpp"

namespace hypnos::chart {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 50;  // 35 years in microseconds
constexpr std::size_t kListMost = 1024;
constexpr std::size_t kTextMost = 100;

std::optional<Micros> micros(const Json& number, std::int64_t unit = 1) {
    const std::optional<std::int64_t> value = number.integer();
    if (!value || *value < 0 || *value >= kMost / unit) return std::nullopt;
    return Micros(*value * unit);
}

std::string text_of(const Json& value) { return value.string().value_or("").substr(0, kTextMost); }

std::optional<Moments::Entry> read_moment(const Json& element, const char* time) {
    const std::optional<Micros> at = micros(element[time]);
    if (!at || !element["name"].string()) return std::nullopt;
    return Moments::Entry{text_of(element["name"]), *at};
}

std::optional<Moments::Entry> read_step(const Json& element) {
    return read_moment(element, "at-us");
}

std::optional<Moments::Entry> read_phase(const Json& element) {
    return read_moment(element, "boottime-us");
}

std::optional<HookRun> read_hook(const Json& element) {
    const std::optional<Micros> took = micros(element["ms"], 1000);
    const std::string phase = text_of(element["phase"]);
    if (!took || !element["name"].string() || (phase != "pre" && phase != "post"))
        return std::nullopt;
    return HookRun{text_of(element["name"]), text_of(element["result"]), phase == "pre", *took};
}

std::optional<Anchor> read_anchor(const Json& element) {
    const auto host = micros(element["host-us"]);
    const auto guest = micros(element["guest-us"]);
    const auto error = micros(element["error-us"]);
    if (!host || !guest || !error) return std::nullopt;
    return Anchor{*host, *guest, *error};
}

/// Those elements that make sense. The others are counted in a note.
template <typename T>
std::vector<T> read_list(const Json& list, std::optional<T> (*read)(const Json&),
                         const std::string& what, std::vector<std::string>& notes) {
    std::vector<T> result;
    std::size_t left_out = 0;
    for (const Json& element : list.elements()) {
        const std::optional<T> value = result.size() < kListMost ? read(element) : std::nullopt;
        if (value)
            result.push_back(*value);
        else
            ++left_out;
    }
    if (left_out > 0)
        notes.push_back(std::to_string(left_out) + " of the " + what +
                        " make no sense, or are too many, and are left out");
    return result;
}

tl::unexpected<Error> unusable(const std::string& why) { return fail(ErrorCode::Usage, why); }

Result<void> check_suspend(const Json& suspend) {
    if (suspend["verb"] != Json("suspend"))
        return unusable(
            "a timeline needs the report of a suspend (hypnosctl suspend --json), and "
            "was given " +
            in_quotes(suspend["verb"].dump()));
    if (suspend.has("error"))
        return unusable(
            "this suspend ended before anything was asked, so there is nothing to "
            "draw: " +
            plain(suspend["error"]["text"].string().value_or("?"), 200));
    return {};
}

Result<void> check_wake(const Json& suspend, const Json& wake) {
    if (wake.is_null()) return {};
    if (wake["verb"] != Json("wake"))
        return unusable(
            "the second report of a timeline is that of a wake (hypnosctl wake "
            "--json), and this is " +
            in_quotes(wake["verb"].dump()));
    const Json transaction = wake["record"]["transaction"];
    if (transaction.is_null() || transaction == suspend["transaction"]) return {};
    return unusable("these reports are of two sleeps: the suspend is transaction " +
                    in_quotes(suspend["transaction"].dump()) + ", the wake ended " +
                    in_quotes(transaction.dump()));
}

void add_record(Evidence& evidence, const Json& record) {
    evidence.has_record = record.is_object();
    evidence.phases =
        Moments(read_list(record["phases"], read_phase, "guest's phases", evidence.notes));
    evidence.hooks = read_list(record["hooks"], read_hook, "guest's hooks", evidence.notes);
}

void add_wake(Evidence& evidence, const Json& wake) {
    if (wake.has("error")) {
        evidence.notes.push_back("the wake ended without a report: " +
                                 text_of(wake["error"]["text"]));
        return;
    }
    evidence.woken = wake.is_object();
    evidence.coming =
        Moments(read_list(wake["timeline"], read_step, "steps of the wake report", evidence.notes));
    evidence.after =
        read_list(wake["anchors"], read_anchor, "anchors of the wake report", evidence.notes);
}

bool says_slept(const Json& outcome) {
    return outcome == Json(name_of(Outcome::Slept)) || outcome == Json(name_of(Outcome::S2idle));
}

/// The host's word counts; where it could not tell, QEMU's at the wake, or the guest's.
bool did_sleep(const Json& suspend, const Json& wake) {
    const bool unknown = suspend["outcome"] == Json(name_of(Outcome::TimedOut));
    return says_slept(suspend["outcome"]) || wake["was-asleep"] == Json(true) ||
           (unknown && says_slept(wake["record"]["outcome"]));
}

bool is_lost(const Json& report) {
    return report["image-lost"] == Json(true) ||
           report["record"]["outcome"] == Json(name_of(Outcome::ImageLost));
}

Evidence begin(const Json& suspend) {
    Evidence evidence;
    evidence.guest = text_of(suspend["guest"]);
    evidence.mode = text_of(suspend["mode"]);
    evidence.outcome = text_of(suspend["outcome"]);
    evidence.going = Moments(
        read_list(suspend["timeline"], read_step, "steps of the suspend report", evidence.notes));
    evidence.before =
        read_list(suspend["anchors"], read_anchor, "anchors of the suspend report", evidence.notes);
    return evidence;
}

}  // namespace

std::optional<Micros> Moments::first(std::string_view name) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [name](const Entry& entry) { return entry.first == name; });
    if (found == entries_.end()) return std::nullopt;
    return found->second;
}

std::optional<Micros> Moments::last(std::string_view name) const {
    const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                    [name](const Entry& entry) { return entry.first == name; });
    if (found == entries_.rend()) return std::nullopt;
    return found->second;
}

std::optional<Micros> Moments::first_of(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
        if (const auto at = first(name)) return at;
    }
    return std::nullopt;
}

Result<Evidence> read_evidence(const Json& suspend, const Json& wake) {
    if (const auto checked = check_suspend(suspend); !checked) return fail(checked.error());
    if (const auto checked = check_wake(suspend, wake); !checked) return fail(checked.error());
    Evidence evidence = begin(suspend);
    add_wake(evidence, wake);
    evidence.lost = is_lost(suspend) || is_lost(wake);
    if (evidence.lost) evidence.outcome = name_of(Outcome::ImageLost);
    add_record(evidence, wake["record"].is_object() ? wake["record"] : suspend["record"]);
    evidence.slept = evidence.lost || did_sleep(suspend, wake);
    return evidence;
}

}  // namespace hypnos::chart
