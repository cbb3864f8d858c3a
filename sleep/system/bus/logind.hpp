// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// systemd-logind, where there is one: org.freedesktop.login1(5), on the system bus.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hypnos/protocol/power.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::sleep {

/// Main context only. Where there is no bus, or no logind, nothing happens and nothing fails.
class Logind {
  public:
    struct Callbacks {
        /// PrepareForSleep(true): a sleep has been announced, and waits for our delay inhibitor.
        std::function<void(SleepMode mode)> preparing;
        /// PrepareForSleep(false): it is over, or was called off.
        std::function<void()> over;
        /// Our delay inhibitor is held from now on. May be empty.
        std::function<void()> holding = {};
    };

    /// As ListInhibitors shows our delay inhibitor.
    struct Who {
        const char* name;
        const char* why;
    };

    Logind(const Root& root, const Who& who, Callbacks callbacks);
    ~Logind();

    /// Watches, and holds a delay inhibitor from now on; takes it again after each sleep. Tries
    /// again when the bus or logind comes later.
    void start();

    /// From start() on logind leaves sleep keys to us, whatever its HandleSuspendKey= says: a block
    /// inhibitor, held as long as this object and logind live.
    void take_sleep_keys();

    /// Whether an announced sleep would wait for us.
    [[nodiscard]] bool holds() const;

    /// Lets the announced sleep go on.
    void release();

    /// Asks for a sleep. `failed` is called with logind's own words if it refuses; if it agrees,
    /// `over` follows after the sleep.
    void suspend(SleepMode mode, std::function<void(const std::string& error)> failed);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Whether logind is between PrepareForSleep(true) and PrepareForSleep(false). Blocks, for a second or
/// two if the bus or logind hangs; no logind: no.
[[nodiscard]] bool logind_prepares_for_sleep(const Root& root);

}  // namespace hypnos::sleep
