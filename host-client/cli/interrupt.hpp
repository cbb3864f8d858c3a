// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Ctrl-C, or SIGTERM: the first ends things in order, a second ends the program at once.

#pragma once

#include <csignal>
#include <functional>

#include "glib/source.hpp"

namespace hypnos::cli {

class Interrupt {
  public:
    Interrupt(GMainContext* context, std::function<void()> first)
        : first_(std::move(first)),
          interrupted_(glib::on_signal(context, SIGINT, [this] { came(); })),
          terminated_(glib::on_signal(context, SIGTERM, [this] { came(); })) {}

    [[nodiscard]] bool has_come() const { return has_come_; }

  private:
    void came() {
        has_come_ = true;
        interrupted_.reset();  // from now on they act as by default
        terminated_.reset();
        first_();
    }

    std::function<void()> first_;
    bool has_come_ = false;
    glib::Source interrupted_, terminated_;
};

}  // namespace hypnos::cli
