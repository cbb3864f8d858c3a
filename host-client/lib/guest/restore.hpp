// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Puts back what a guest's new QEMU has forgotten: how much memory the guest had, and what time it
// is. Each is asked again afterwards; what did not come true is told in words.

#pragma once

#include <chrono>
#include <functional>

#include "glib/source.hpp"
#include "guest/ports.hpp"
#include "hypnos/guest.hpp"

namespace hypnos {

class Restore {
  public:
    using Done = std::function<void(const Restored&)>;

    /// Calls back within `limit`. Destroyed, it never calls back; what is pending on the ports
    /// must then be abandoned.
    Restore(Ports& ports, const WakeOptions& options, std::chrono::milliseconds limit, Done done);

  private:
    void begin_balloon();
    void set_balloon();
    void watch_balloon();
    void balloon_stands_at(std::int64_t bytes);
    void begin_clock();
    void clock_read(const Result<Json>& guest_time, HostTime asked, bool last);
    void set_clock();
    void ask_clock(bool last);
    void problem(const std::string& text);
    [[nodiscard]] std::chrono::milliseconds remaining() const;
    void finish();

    Ports& ports_;
    WakeOptions options_;
    HostTime deadline_;
    Done done_;
    Restored restored_;
    glib::Source later_;
};

}  // namespace hypnos
