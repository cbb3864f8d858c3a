// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The swap that is on for disk sleeps only: on just before, off afterwards, in the background.
//
// A note in /run/hypnos says that we have switched it on: one that was on already stays on, and a new
// agent switches off what a dead one has left. No other boot finds the note, as in none the swap is on.

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "glib/source.hpp"
#include "glib/worker.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

class SwapForSleep {
  public:
    /// The system calls; the first two return errno. `off` runs in a process of its own, which may be killed;
    /// the kernel looks for that after each process or file in memory whose pages it has brought back.
    struct Kernel {
        int (*on)(const std::string& path);
        int (*off)(const std::string& path);
        int (*open_process)(int pid);  ///< pidfd_open(2)
    };
    static const Kernel kKernel;

    using Done = std::function<void(int os_error)>;

    SwapForSleep(const Root& root, std::chrono::seconds off_limit, const Kernel& kernel = kKernel);
    SwapForSleep(const SwapForSleep&) = delete;
    SwapForSleep& operator=(const SwapForSleep&) = delete;
    ~SwapForSleep() { stop(); }

    /// A sleep begins: what is being switched off stays on, and is tried again after it.
    void keep();

    /// How long a swap may go on being switched off that is wanted on.
    static constexpr std::chrono::seconds kStopLimit{20};

    /// Switches it on before all others, if it is off; from then on it is used until release(). `done`
    /// is called from the main context; EBUSY: it is still being switched off.
    void on(const std::string& path, Done done);
    void release() { used_ = false; }

    /// No sleep is under way: begins to switch off what was switched on for one. Nothing happens if
    /// that is tried already, or was without success since the last sleep.
    void off();

  private:
    void switch_on();
    void switched_on(int os_error);
    void begin_off();
    void stop();
    void give_up(int child, int os_error);
    void ended();
    void ended(int wait_status);
    void failed(const std::string& why);
    void note();
    void forget();
    [[nodiscard]] bool is_on() const;

    Root root_;
    std::chrono::seconds off_limit_;
    Kernel kernel_;
    std::string ours_;  ///< switched on by us, or about to be; as the note says
    bool used_ = false;
    bool due_ = false;      ///< to be tried
    bool stopped_ = false;  ///< by us
    bool kept_ = false;     ///< from keep() to off()
    glib::Source stop_limit_;
    std::string wanted_;  ///< to be switched on once nothing is being switched off
    Done done_;
    glib::Worker<int> switching_on_;
    int child_ = 0;  ///< the process that switches off; 0: none
    UniqueFd child_fd_;
    glib::Source child_watch_, limit_;
};

}  // namespace hypnos::agent
