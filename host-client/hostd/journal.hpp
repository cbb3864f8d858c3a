// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Guests that are carried, and their file /var/lib/hypnos/host/guests.json, which is there exactly while
// there are some. What is noted is on disk when the call returns, but for settle(): that is written
// from the next iteration of the loop, once for all guests of this one.

#pragma once

#include <string>
#include <vector>

#include "carried.hpp"
#include "glib/source.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::hostd {

class Journal {
  public:
    /// With what an earlier process has left. A file that cannot be understood is told of and forgotten.
    explicit Journal(const sleep::Root& root);
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    [[nodiscard]] const CarriedGuests& content() const { return content_; }
    /// Whether this boot of the host wrote it.
    [[nodiscard]] bool is_of_this_boot() const { return content_.boot_id == boot_id_; }

    /// More guests, about to be put to sleep for that operation; those that are still here stay.
    [[nodiscard]] Result<void> add(const std::string& operation,
                                   const std::vector<Carried>& guests);
    /// What has become of one; added if it is not here.
    void settle(const Carried& guest);
    /// It is not looked after any more.
    void drop(const std::string& guest);

  private:
    void changed();
    [[nodiscard]] Result<void> write();

    sleep::Root root_;
    std::string boot_id_;
    CarriedGuests content_;
    glib::Source soon_;
};

}  // namespace hypnos::hostd
