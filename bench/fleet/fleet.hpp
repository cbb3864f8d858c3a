// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// All guests at once, by the library: each sweep starts one operation on every guest, waits until all
// have called back and counts those that did not end as they must.

#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/guest.hpp"
#include "hypnos/loop.hpp"
#include "measure.hpp"

namespace hypnos::fleet {

class Fleet {
  public:
    explicit Fleet(const std::vector<GuestSpec>& specs);

    Cost status();
    Cost status_asleep();
    Cost suspend();  ///< those with a QMP socket; so the next one
    Cost wake();

    /// Watches all from now on; returns when all are subscribed.
    Cost watch();
    /// `trigger` makes each of those with a QMP socket tell one event; returns when all have come.
    Cost events(const std::function<void()>& trigger);

    [[nodiscard]] std::size_t wrong() const { return wrong_; }
    [[nodiscard]] const std::string& first_wrong() const { return first_wrong_; }

  private:
    using Done = std::function<void(const std::string& what_is_wrong)>;

    Cost sweep(bool sleepers_only, const std::function<void(Guest&, Done)>& start);
    void ended(const Guest& guest, const std::string& what_is_wrong);
    void wait();

    MainContext context_;
    std::list<Guest> guests_;
    std::vector<std::unique_ptr<Watch>> watches_;
    std::size_t pending_ = 0, told_ = 0, wrong_ = 0;
    std::string first_wrong_;
};

}  // namespace hypnos::fleet
