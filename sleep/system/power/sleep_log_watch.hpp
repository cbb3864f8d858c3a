// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tells that the kernel has come back from a sleep, whoever asked for it, by what it writes in its log
// (kernel/power/suspend.c "suspend exit", kernel/power/hibernate.c "hibernation exit"). It waits
// without waking up; a log that is written to all the time wakes it once a second.

#pragma once

#include <functional>

#include "glib/source.hpp"
#include "sleep/system/power/kernel_log.hpp"

namespace hypnos::sleep {

class SleepLogWatch {
  public:
    /// `deep`: it was not s2idle.
    using Returned = std::function<void(bool deep)>;

    SleepLogWatch(const Root& root, Returned returned);

  private:
    void wait();
    void look();

    KernelLog log_;
    Returned returned_;
    bool deep_ = true;  ///< the last sleep that began
    glib::Source source_;
};

}  // namespace hypnos::sleep
