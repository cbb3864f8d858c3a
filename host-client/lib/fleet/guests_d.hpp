// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The guests of a directory of key files, NAME.conf; see hypnos/directory.hpp and
// hypnos-guests.d(5). Only the files of guests that are asked for are read.

#pragma once

#include <map>

#include "fleet/directory.hpp"

namespace hypnos {

class GuestsD : public Catalogue {
  public:
    /// Usage if there is a directory that cannot be read; none has no guests.
    [[nodiscard]] static Result<GuestsD> open(const std::string& directory,
                                              const ListDomains& list);

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
    [[nodiscard]] Result<GuestSpec> guest(const std::string& name) override;
    [[nodiscard]] std::string where() const override { return "in " + directory_; }

  private:
    GuestsD(std::string directory, const ListDomains& list)
        : directory_(std::move(directory)), list_(list) {}
    [[nodiscard]] Result<void> check_after(const GuestSpec& guest) const;
    [[nodiscard]] Result<GuestSpec> with_ports(const GuestSpec& guest);
    [[nodiscard]] Result<std::vector<GuestSpec>> domains(const std::string& uri);

    std::string directory_;
    ListDomains list_;
    std::vector<std::string> names_;
    std::map<std::string, std::vector<GuestSpec>> domains_;  ///< by URI, as far as asked for
};

}  // namespace hypnos
