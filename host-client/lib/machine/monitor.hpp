// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What runs a guest's virtual machine, as far as sleep is concerned: QEMU over QMP, or libvirt.
//
// Asynchronous; callbacks come from the loop, never from inside a call, and may destroy the monitor.
// Every question has a limit. Errors: Unreachable, TimedOut, Usage (this kind of monitor cannot),
// and what the machine says.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hypnos/balloon.hpp"
#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/message.hpp"
#include "machine/machine_facts.hpp"

namespace hypnos {

class Monitor {
  public:
    using Limit = std::chrono::milliseconds;
    template <typename T>
    using Done = std::function<void(Result<T>)>;

    virtual ~Monitor() = default;

    /// Another user of the same connection, with handlers and questions of its own.
    [[nodiscard]] virtual std::unique_ptr<Monitor> share() const = 0;

    virtual void open(Limit limit, Done<void> done) = 0;
    [[nodiscard]] virtual bool is_open() const = 0;

    /// Events in QMP's words: SUSPEND, SUSPEND_DISK, WAKEUP, SHUTDOWN and others, with the host's
    /// time of each, 0 if unknown.
    virtual void on_event(std::function<void(const Event&)> handler) = 0;
    /// The machine has ended (Unreachable), or can no longer be watched, though it may run
    /// (Generic).
    virtual void on_closed(std::function<void(const Error&)> handler) = 0;

    /// QMP's word for it: "running", "suspended", "shutdown", "paused", ..., and "off" for a machine
    /// that libvirt knows and does not run. Every event that came before is delivered before the
    /// answer.
    virtual void run_state(Limit limit, Done<std::string> done) = 0;

    /// Wakes a machine that is suspended in RAM.
    virtual void wake(Limit limit, Done<void> done) = 0;
    /// Starts a machine that is off. Usage, with what to do, where only others can.
    virtual void start(Limit limit, Done<void> done) = 0;

    /// Stops the CPUs of a machine that runs, and lets them go on.
    virtual void stop(Limit limit, Done<void> done) = 0;
    virtual void cont(Limit limit, Done<void> done) = 0;

    virtual void balloon(Limit limit, Done<Balloon> done) = 0;
    virtual void set_balloon(std::int64_t bytes, Limit limit, Done<void> done) = 0;

    virtual void facts(Limit limit, Done<MachineFacts> done) = 0;

    /// Drops the handlers and what is pending, without calling back.
    virtual void abandon() = 0;
};

}  // namespace hypnos
