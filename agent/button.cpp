// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/button.hpp"

#include <utility>
#include <variant>

#include "sleep/system/time/clocks.hpp"
#include "sleep/system/uuid.hpp"

namespace hypnos::agent {
namespace {

/// Nobody waits for an answer.
constexpr std::chrono::seconds kHooksBudget{60};

SleepButtonPolicy::Settings settings_of(const Config& config, SleepMode mode) {
    return {.mode = mode,
            .debounce = config.button_debounce,
            .attempts = config.button_attempts,
            .retry_after = config.button_retry_after};
}

SuspendRequest request_of(SleepMode mode) {
    SuspendRequest request;
    request.mode = mode;
    request.initiator = Initiator::Cloud;
    request.transaction = new_uuid();
    request.hooks_budget = kHooksBudget;
    return request;
}

}  // namespace

Button::Button(const Root& root, const Config& config, SleepMode mode, Deps deps)
    : deps_(std::move(deps)),
      policy_(settings_of(config, mode)),
      retry_(nullptr, [this] { step(RetryDue{deps_.in_the_way()}); }),
      keys_(root, {.open = open_input_device,
                   .wanted =
                       [keyboards = config.button_keyboards](const InputIdentity& device) {
                           return is_sleep_button(device, keyboards);
                       },
                   .pressed = [this] { step(ButtonPressed{deps_.in_the_way()}); }}) {
    if (!keys_.any()) g_message("there is no sleep button yet");
}

void Button::step(const ButtonEvent& event) {
    const auto now = std::chrono::duration_cast<BootTime>(boottime());
    for (const auto& effect : policy_.step(event, now))
        std::visit([this](const auto& e) { apply(e); }, effect);
    retry_.set(policy_.deadline());
}

void Button::apply(const StartSleep& effect) {
    deps_.suspender.request(request_of(effect.mode), [this](const Suspender::Ending& ending) {
        step(AttemptEnded{ending.outcome, ending.error, ending.finding});
    });
}

void Button::apply(const Say& effect) {
    if (effect.is_warning) return g_warning("%s", effect.text.c_str());
    g_message("%s", effect.text.c_str());
}

}  // namespace hypnos::agent
