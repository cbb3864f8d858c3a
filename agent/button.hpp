// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The machine's sleep button, where agent.conf gives it a meaning: docs/button.md.

#pragma once

#include <functional>
#include <string>

#include "agent/core/sleep_button.hpp"
#include "agent/suspender.hpp"
#include "agent/system/config.hpp"
#include "agent/system/input/sleep_keys.hpp"
#include "glib/boot_timer.hpp"

namespace hypnos::agent {

using namespace sleep;

class Button {
  public:
    struct Deps {
        Suspender& suspender;
        /// Why no sleep can begin now; empty: nothing.
        std::function<std::string()> in_the_way;
    };

    /// `mode`: config.button_sleep's.
    Button(const Root& root, const Config& config, SleepMode mode, Deps deps);

    /// The machine has slept, whoever asked for it.
    void slept() { step(MachineSlept{}); }

  private:
    void step(const ButtonEvent& event);
    void apply(const StartSleep& effect);
    void apply(const Say& effect);

    Deps deps_;
    SleepButtonPolicy policy_;
    glib::BootTimer retry_;
    SleepKeys keys_;
};

}  // namespace hypnos::agent
