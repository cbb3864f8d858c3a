// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Ctrl-C, or SIGTERM: the first ends things in order, a second ends the program at once. One object
// for all that a verb does one after the other: between two, a signal would be lost.

#pragma once

#include <csignal>
#include <functional>

#include "glib/source.hpp"

namespace hypnos::cli {

class Interrupt {
  public:
    explicit Interrupt(GMainContext* context)
        : interrupted_(glib::on_signal(context, SIGINT, [this] { came(); })),
          terminated_(glib::on_signal(context, SIGTERM, [this] { came(); })) {}

    /// What to do when the first comes, from now on.
    void then(std::function<void()> first) { first_ = std::move(first); }

    [[nodiscard]] bool has_come() const { return has_come_; }

  private:
    void came() {
        has_come_ = true;
        interrupted_.reset();  // from now on they act as by default
        terminated_.reset();
        if (first_) first_();
    }

    std::function<void()> first_;
    bool has_come_ = false;
    glib::Source interrupted_, terminated_;
};

}  // namespace hypnos::cli
