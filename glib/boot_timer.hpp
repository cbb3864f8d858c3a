// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A timer of CLOCK_BOOTTIME, which goes on while the machine sleeps but does not wake it.

#pragma once

#include <chrono>
#include <optional>

#include "glib/source.hpp"

namespace hypnos::glib {

class BootTimer {
  public:
    BootTimer(GMainContext* context, Callback due);

    /// Calls back once at that time, or at once if it has passed; nothing: not at all.
    void set(std::optional<std::chrono::microseconds> boottime);

  private:
    UniqueFd timer_;
    Source source_;
};

}  // namespace hypnos::glib
