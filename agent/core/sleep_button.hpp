// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The sleep button, which a cloud's control plane presses: which input devices are one, what a press
// begins, which presses do not count, and when a sleep that did not come about is tried again. Pure.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/record.hpp"

namespace hypnos::agent {

/// What evdev tells of a device.
struct InputIdentity {
    std::string phys;  ///< where it is, as "PNP0C0E/button/input0"
    bool has_sleep_key = false;
};

/// ACPI's buttons; with `keyboards` whatever has a sleep key.
[[nodiscard]] bool is_sleep_button(const InputIdentity& device, bool keyboards);

// Events.
struct ButtonPressed {
    std::string in_the_way;  ///< why no sleep can begin now; empty: nothing
};
/// Of the sleep that StartSleep asked for.
struct AttemptEnded {
    Outcome outcome = Outcome::Failed;
    std::string error;    ///< for a person
    std::string finding;  ///< preflight's code, if that refused
};
/// Whoever asked for it.
struct MachineSlept {};
/// deadline() has passed.
struct RetryDue {
    std::string in_the_way;
};
using ButtonEvent = std::variant<ButtonPressed, AttemptEnded, MachineSlept, RetryDue>;

// Effects.
struct StartSleep {
    SleepMode mode = SleepMode::Ram;
};
struct Say {
    std::string text;
    bool is_warning = false;
};
using ButtonEffects = std::vector<std::variant<StartSleep, Say>>;

class SleepButtonPolicy {
  public:
    struct Settings {
        SleepMode mode = SleepMode::Ram;
        std::chrono::seconds debounce{30};
        int attempts = 3;
        std::chrono::seconds retry_after{10};
    };

    explicit SleepButtonPolicy(const Settings& settings) : settings_(settings) {}

    ButtonEffects step(const ButtonEvent& event, BootTime now);

    /// When RetryDue is due.
    [[nodiscard]] std::optional<BootTime> deadline() const { return retry_at_; }

  private:
    ButtonEffects on(const ButtonPressed& event);
    ButtonEffects on(const AttemptEnded& event);
    ButtonEffects on(const MachineSlept& event);
    ButtonEffects on(const RetryDue& event);
    /// It has failed already if something is in the way.
    ButtonEffects attempt(const std::string& in_the_way);
    [[nodiscard]] std::string reason_to_ignore() const;
    void be_deaf_for_a_while() { deaf_until_ = now_ + settings_.debounce; }

    Settings settings_;
    BootTime now_{};
    std::optional<BootTime> deaf_until_, retry_at_;
    int attempts_ = 0;      ///< since the press
    bool running_ = false;  ///< an attempt
};

}  // namespace hypnos::agent
