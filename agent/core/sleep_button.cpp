// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/sleep_button.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sleep/core/sleep_result.hpp"

namespace hypnos::agent {
namespace {

/// How drivers/acpi/button.c begins "phys": the device's hardware id. The first is a device of its own
/// in ACPI's tables, the second a bit of the fixed hardware.
constexpr std::array<std::string_view, 2> kAcpiButtons = {"PNP0C0E/", "LNXSLPBN/"};

/// What neither passes by itself nor can be mended while the machine runs.
constexpr std::array<std::string_view, 2> kLasting = {"pm.no-state", "pm.s2idle-only"};

constexpr std::array kWorthRetrying = {Outcome::Refused, Outcome::Failed, Outcome::WokeEarly};

template <typename List, typename Value>
bool has(const List& list, const Value& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool may_pass(const AttemptEnded& event) {
    return has(kWorthRetrying, event.outcome) && !has(kLasting, event.finding);
}

std::string in_seconds(std::chrono::seconds time) { return std::to_string(time.count()) + " s"; }

}  // namespace

bool is_sleep_button(const InputIdentity& device, bool keyboards) {
    const auto is_there = [&](std::string_view id) { return device.phys.starts_with(id); };
    const bool acpi = std::any_of(kAcpiButtons.begin(), kAcpiButtons.end(), is_there);
    return device.has_sleep_key && (acpi || keyboards);
}

ButtonEffects SleepButtonPolicy::step(const ButtonEvent& event, BootTime now) {
    now_ = now;
    return std::visit([this](const auto& e) { return on(e); }, event);
}

ButtonEffects SleepButtonPolicy::on(const ButtonPressed& event) {
    if (const std::string reason = reason_to_ignore(); !reason.empty())
        return {Say{"the sleep button was pressed, and ignored: " + reason}};
    be_deaf_for_a_while();
    attempts_ = 0;
    return attempt(event.in_the_way);
}

std::string SleepButtonPolicy::reason_to_ignore() const {
    if (running_ || retry_at_) return "the sleep that it asked for before is still being tried";
    if (deaf_until_ && now_ < *deaf_until_)
        return "less than " + in_seconds(settings_.debounce) + " after a press or a sleep";
    return "";
}

ButtonEffects SleepButtonPolicy::attempt(const std::string& in_the_way) {
    ++attempts_;
    if (!in_the_way.empty()) return on(AttemptEnded{Outcome::Refused, in_the_way, ""});
    running_ = true;
    return {StartSleep{settings_.mode}};
}

ButtonEffects SleepButtonPolicy::on(const AttemptEnded& event) {
    running_ = false;
    if (did_sleep(event.outcome)) return {};
    const std::string ended = "attempt " + std::to_string(attempts_) + " of " +
                              std::to_string(settings_.attempts) +
                              " to sleep by the sleep button: " + event.error;
    if (!may_pass(event)) return {Say{ended + "; it is not tried again", true}};
    if (attempts_ >= settings_.attempts) return {Say{ended + "; that was the last", true}};
    retry_at_ = now_ + settings_.retry_after;
    return {Say{ended + "; the next follows in " + in_seconds(settings_.retry_after)}};
}

/// What the press was for has come about, whoever brought it about.
ButtonEffects SleepButtonPolicy::on(const MachineSlept&) {
    be_deaf_for_a_while();
    retry_at_.reset();
    return {};
}

ButtonEffects SleepButtonPolicy::on(const RetryDue& event) {
    if (!retry_at_ || now_ < *retry_at_) return {};
    retry_at_.reset();
    return attempt(event.in_the_way);
}

}  // namespace hypnos::agent
