// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Carries the guests through a sleep of the host: puts them to sleep before it and wakes them after it.
//
// On the default main context, one thread. What is done to a guest stands in guests.json before it is
// done (journal.hpp), so that another Carrier, of another process, takes over from there.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "config.hpp"
#include "world.hpp"

namespace hypnos::hostd {

class Carrier {
  public:
    struct Handlers {
        /// `state`: sleeping, asleep, failed, waking, awake, not-awake. `text`: in words, may quote
        /// the guest. A guest that failed is told of once more when its clock has been looked at. May
        /// be empty.
        std::function<void(const std::string& operation, const std::string& guest,
                           const std::string& state, const std::string& text)>
            changed;
    };
    using Slept = std::function<void(Result<void>)>;
    using Done = std::function<void()>;

    Carrier(const sleep::Root& root, const Config& config, const Handlers& handlers);
    /// With other guests than this machine's.
    Carrier(const sleep::Root& root, const Config& config, const Handlers& handlers, World world);
    ~Carrier();

    /// Puts all guests that run to sleep, each by its policy. At the deadline what has not gone to
    /// sleep is called off; its end is waited for, seven seconds at most. An error names the guests
    /// that did not go to sleep, or what could not be asked for guests; all others sleep. Guests that
    /// still wake from an earlier sleep are not waited for: that wake() ends, and they are put to
    /// sleep again.
    void put_to_sleep(const std::string& operation, std::chrono::milliseconds deadline, Slept done);

    /// Calls off what goes to sleep; put_to_sleep() then ends with an error, as at its deadline.
    void stop();

    /// Wakes those that were put to sleep, who slept last first, and sets clocks. If guests are still
    /// put to sleep, that is stopped and ends first.
    void wake(const std::string& operation, Done done);

    /// Wakes those that another process has left asleep. After another boot of the host those that
    /// were only in its memory are told as not awake. Done at once if there are none.
    void recover(Done done);

    /// Guests go to sleep, or wake.
    [[nodiscard]] bool busy() const;

    /// [{"guest", "action", "state", "text"}...] of the last sleep that this Carrier has seen, sorted by name.
    [[nodiscard]] Json last() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hypnos::hostd
