// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Names of guests and hosts, and the words that mean them. Pure.

#pragma once

#include <string>
#include <vector>

#include "hypnos/protocol/error.hpp"

namespace hypnos {

/// For each URI of libvirt the host's name in it, "localhost" if it has none, itself if it is no
/// URI (an alias of libvirt's configuration); a name's second bearer gets "#2", and so on.
[[nodiscard]] std::vector<std::string> host_names(const std::vector<std::string>& uris);

/// Those of `names`, in order, that `word` means, a name or a pattern of fnmatch(3). A word without
/// '/' may also be what follows the '/' of a name. Usage if it is none, with names that are near,
/// or if it is no pattern and could be several; `where` ends "there is no guest 'x' ".
[[nodiscard]] Result<std::vector<std::string>> meant_by(const std::string& word,
                                                        const std::vector<std::string>& names,
                                                        const std::string& where);

}  // namespace hypnos
