// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The domains of some connections of libvirt, as guests.

#pragma once

#include <map>

#include "fleet/directory.hpp"

namespace hypnos {

class Domains : public Catalogue {
  public:
    /// Asks each connection once, also where `uris` repeats one. Errors are the list's.
    [[nodiscard]] static Result<Domains> ask(const std::vector<std::string>& uris,
                                             const ListDomains& list);

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
    [[nodiscard]] Result<GuestSpec> guest(const std::string& name) override {
        return guests_.at(name);
    }
    [[nodiscard]] std::string where() const override { return "at " + hosts_; }

  private:
    void add(GuestSpec guest, const std::string& uri, const std::string& name);

    std::string hosts_;
    std::vector<std::string> names_;
    std::map<std::string, GuestSpec> guests_;
};

}  // namespace hypnos
