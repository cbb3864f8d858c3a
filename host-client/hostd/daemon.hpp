// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// hypnos-hostd: the host's sleep, the guests that are carried through it, and the bus. Connects them;
// each does its own part.

#pragma once

#include <memory>
#include <string>

#include "carrier.hpp"
#include "config.hpp"
#include "magic_waker.hpp"
#include "service.hpp"

namespace hypnos::hostd {

class Daemon {
  public:
    /// `lost`: the bus has given the name to another.
    Daemon(const sleep::Root& root, const Config& config, const glib::Callback& lost);

    /// Finishes what an earlier hostd has left, then serves.
    [[nodiscard]] Result<void> start();

    /// Calls off a sleep that has not begun; `idle` is called when its guests are awake, or after half
    /// a minute.
    void stop(glib::Callback idle);

  private:
    void prepare(const HostSleep& sleep, const std::function<void(Result<void>)>& go);
    void restore(const HostSleep& sleep, const std::function<void()>& done);
    [[nodiscard]] bool idle() const;

    sleep::Root root_;
    Config config_;
    Carrier carrier_;
    HostPower power_;
    Service service_;
    std::unique_ptr<MagicWaker> magic_;
    bool preparing_ = false;
    bool left_ = true;  ///< guests may be asleep for an earlier hostd
    glib::Source looks_, patience_;
};

}  // namespace hypnos::hostd
