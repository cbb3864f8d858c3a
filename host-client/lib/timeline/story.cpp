// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/story.hpp"

#include <algorithm>
#include <tuple>

#include "hypnos/protocol/power.hpp"
#include "timeline/hook_spans.hpp"

namespace hypnos::chart {
namespace {

/// Two clocks, and stamps that are taken a little late.
constexpr Micros kTolerance = std::chrono::milliseconds(5);

constexpr std::size_t kNotesMost = 12;

Moment earliest(std::initializer_list<Moment> moments) {
    Moment result;
    for (const Moment& moment : moments) {
        if (moment && (!result || *moment < *result)) result = moment;
    }
    return result;
}

Moment either(Moment first, Moment second) { return first ? first : second; }

}  // namespace

Story::Story(const Evidence& evidence)
    : evidence_(evidence),
      placed_(place_phases(evidence)),
      slept_at_(slept_at()),
      awake_at_(awake_at()) {
    timeline_.guest = evidence.guest;
    timeline_.mode = evidence.mode;
    timeline_.outcome = evidence.outcome;
    timeline_.error = placed_.error;
    timeline_.notes = evidence.notes;
    timeline_.notes.insert(timeline_.notes.end(), placed_.notes.begin(), placed_.notes.end());
}

Timeline Story::tell() {
    const Moment start = zero();
    if (!start) {
        note("the reports name no moment of this sleep: there is nothing to draw");
        return timeline_;
    }
    going();
    asleep();
    coming();
    missing();
    count_from(*start);
    limit_notes();
    return timeline_;
}

Moment Story::zero() const {
    return either(evidence_.going.first("requested"), guest("requested"));
}

/// When the machine stood still, by QEMU's word.
Moment Story::seen_asleep() const {
    const Moments& steps = evidence_.going;
    return evidence_.mode == "disk" ? steps.first_of({"SHUTDOWN", "qmp-closed", "SUSPEND_DISK"})
                                    : steps.first("SUSPEND");
}

Moment Story::slept_at() const {
    return evidence_.slept ? either(seen_asleep(), guest("entering")) : std::nullopt;
}

/// When somebody, or something in the guest, ended the sleep.
Moment Story::awake_at() const {
    if (!slept_at_) return std::nullopt;
    const Moment asked = evidence_.coming.first("requested");
    const Moment seen = evidence_.coming.first("WAKEUP");
    const Moment told = evidence_.lost ? std::nullopt : guest("returned");
    const Moment at = earliest({asked, seen ? seen : told});
    if (!at) return std::nullopt;
    return std::max(*at, *slept_at_);
}

Moment Story::event_at() const {
    const char* name = evidence_.lost    ? "HYPNOS_IMAGE_LOST"
                       : evidence_.slept ? "HYPNOS_RESUMED"
                                         : "HYPNOS_SUSPEND_FAILED";
    return either(evidence_.coming.last(name), evidence_.going.last(name));
}

void Story::going() {
    const Moments& host = evidence_.going;
    add({Side::Host, "request", "request"}, host.first("requested"), host.first("accepted"));
    add({Side::Guest, "preflight", "preflight"}, guest("requested"), guest("checked"));
    for (const Span& span : hook_spans(evidence_, placed_.phases, timeline_.notes))
        timeline_.spans.push_back(span);
    add({Side::Guest, "announce", "alarm, announcement"}, guest("hooks-run"), guest("entering"));
    kernel_goes();
    machine_goes();
}

void Story::kernel_goes() {
    const bool ram = evidence_.mode == "ram";
    const Moment seen =
        evidence_.going.first(evidence_.mode == "disk" ? "SUSPEND_DISK" : "SUSPEND");
    if (!evidence_.slept)
        return add({Side::Guest, "attempt", "the kernel tries"}, guest("entering"),
                   guest("returned"));
    if (guest("entering"))
        return add(
            {Side::Guest, ram ? "freeze" : "freeze and image", ram ? "freeze" : "freeze and image"},
            guest("entering"), seen);
    add({Side::Host, "suspending", "until it sleeps"},
        evidence_.going.first_of({"accepted", "requested"}), slept_at_);
}

void Story::machine_goes() {
    const Moment off = evidence_.going.first_of({"SHUTDOWN", "qmp-closed"});
    if (evidence_.outcome == name_of(Outcome::ShutOffWithoutImage))
        return add({Side::Host, "off", "off, without an image"},
                   evidence_.going.first_of({"accepted", "requested"}), off);
    if (evidence_.mode == "disk" && evidence_.slept)
        add({Side::Host, "off", "power off"}, evidence_.going.first("SUSPEND_DISK"), off);
}

void Story::asleep() {
    if (!slept_at_) return;
    const std::string label = evidence_.mode == "disk" ? "off" : "asleep";
    add({Side::Guest, "asleep", awake_at_ ? label : label + " still"}, slept_at_,
        either(awake_at_, slept_at_));
}

void Story::coming() {
    if (awake_at_) machine_comes();
    add({Side::Guest, "refresh", "refresh"}, guest("returned"), guest("refreshed"));
    event();
}

void Story::machine_comes() {
    const Moments& host = evidence_.coming;
    const Moment on = either(host.first_of({"WAKEUP", "started"}), awake_at_);
    add({Side::Host, "wake", "wake"}, awake_at_, host.first("WAKEUP"));
    add({Side::Host, "start", "machine starts"}, awake_at_, host.first("started"));
    const char* restore = evidence_.mode == "disk" ? "boot, image, restore" : "restore";
    if (seen_asleep() && !evidence_.lost)
        add({Side::Guest, "restore", restore}, std::max(*on, *awake_at_), guest("returned"));
    if (evidence_.lost)
        add({Side::Guest, "boot", "boots afresh"}, on, host.first("agent-answered"));
    add({Side::Host, "answer", "until the agent answers"}, awake_at_, host.first("agent-answered"));
}

void Story::event() {
    const Moment at = event_at();
    add({Side::Host, "event", "event to the host"}, guest("finished"), at);
    if (!awake_at_) return;
    const Moment end =
        either(at, either(guest("finished"), evidence_.coming.last("agent-answered")));
    if (!at)
        note("the host did not see the event that ends the sleep: the last total counts to " +
             std::string(guest("finished") ? "the end of the post hooks"
                                           : "the answer of the agent"));
    if (end) timeline_.wake_to_event = std::max(*end - *awake_at_, Micros(0));
}

/// What is not there, and why.
void Story::missing() {
    if (!evidence_.has_record)
        note(evidence_.woken ? "the agent told no record: the guest's side is not known"
                             : "without the report of the wake the guest's side is not known");
    if (slept_at_ && !seen_asleep())
        note("nobody watched the machine: freezing and restoring count as asleep");
    if (slept_at_ && !awake_at_) note("no report tells when the sleep ended");
}

void Story::limit_notes() {
    std::vector<std::string>& notes = timeline_.notes;
    if (notes.size() <= kNotesMost) return;
    const std::size_t more = notes.size() - kNotesMost;
    notes.resize(kNotesMost);
    note("and " + std::to_string(more) + " more of this kind");
}

void Story::add(const Name& name, Moment start, Moment end) {
    if (!start || !end) return;
    if (*end<*start&& * start - *end> placed_.error + kTolerance)
        return note("'" + name.label + "' ends " + length_words(*start - *end) +
                    " before it begins, by what was reported, and is left out");
    timeline_.spans.push_back({name.side, name.name, name.label, *start, std::max(*start, *end)});
}

void Story::count_from(Micros zero) {
    for (Span& span : timeline_.spans) {
        span.start -= zero;
        span.end -= zero;
    }
    std::stable_sort(timeline_.spans.begin(), timeline_.spans.end(),
                     [](const Span& a, const Span& b) {
                         return std::tie(a.start, a.end) < std::tie(b.start, b.end);
                     });
    if (slept_at_) timeline_.request_to_sleep = std::max(*slept_at_ - zero, Micros(0));
    if (awake_at_) timeline_.asleep = *awake_at_ - *slept_at_;
}

}  // namespace hypnos::chart
