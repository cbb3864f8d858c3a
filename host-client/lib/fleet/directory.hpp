// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Where guests are known from.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hypnos/directory.hpp"

namespace hypnos {

/// libvirt::list_domains, or what stands for it in a test.
using ListDomains = std::function<Result<std::vector<GuestSpec>>(const std::string& uri)>;

/// select_guests with another libvirt.
[[nodiscard]] Result<std::vector<GuestSpec>> select_guests(const Selection& selection,
                                                           const ListDomains& list);

/// A number of guests that have names.
class Catalogue {
  public:
    virtual ~Catalogue() = default;

    /// Sorted.
    [[nodiscard]] virtual const std::vector<std::string>& names() const = 0;
    /// The guest of one of these names. Usage if it is described wrongly.
    [[nodiscard]] virtual Result<GuestSpec> guest(const std::string& name) = 0;
    /// "in /etc/hypnos/guests.d", for errors.
    [[nodiscard]] virtual std::string where() const = 0;
};

}  // namespace hypnos
