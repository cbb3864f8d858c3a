// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Options that say which guests are meant, and in which order.

#pragma once

#include <glib.h>

#include <memory>
#include <string>
#include <vector>

#include "hypnos/directory.hpp"
#include "hypnos/fleet.hpp"
#include "hypnos/guest.hpp"
#include "options.hpp"

namespace hypnos::cli {

/// --all, --connect, --guests-d
class Selecting {
  public:
    [[nodiscard]] Entries entries();

    /// At least one guest, unless `all` or the words say otherwise.
    [[nodiscard]] Result<std::vector<GuestSpec>> select(
        const std::vector<std::string>& words) const;
    /// Every guest that is known, if there are no words.
    [[nodiscard]] Result<std::vector<GuestSpec>> select_or_all(
        const std::vector<std::string>& words) const;

  private:
    [[nodiscard]] Selection selection(const std::vector<std::string>& words) const;

    gboolean all_ = FALSE;
    TextList connect_;
    Text guests_d_;
};

/// --parallel, --after, --on-failure
class Ordering {
  public:
    [[nodiscard]] Entries entries();

    /// With the order that the guests' own files ask for, as far as both are selected.
    [[nodiscard]] Result<FleetOptions> options(const std::vector<GuestSpec>& guests) const;

  private:
    gint parallel_ = 0;
    TextList after_;
    Text on_failure_;
};

[[nodiscard]] std::vector<std::string> names_of(const std::vector<GuestSpec>& guests);

using Guests = std::vector<std::unique_ptr<Guest>>;
[[nodiscard]] Guests make_guests(GMainContext* context, const std::vector<GuestSpec>& specs);

}  // namespace hypnos::cli
