// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What QEMU's answers mean (qemu-qmp-ref(7)). Pure; what is not as it should be is
// left out.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/protocol/json.hpp"
#include "machine/machine_facts.hpp"

namespace hypnos::qmp {

/// "pc-q35-7.2-machine" is a "pc-q35-7.2".
[[nodiscard]] std::string machine_type(const Json& qom_type);

/// disable_s3 and disable_s4 are numbers, 0 or 1.
[[nodiscard]] std::optional<bool> is_zero(const Json& value);

/// False for the names under which QEMU ships SeaBIOS; of other files nothing is known.
[[nodiscard]] std::optional<bool> is_uefi(const Json& firmware);

/// Of query-block, those with a medium.
[[nodiscard]] std::vector<DiskFact> disks(const Json& blocks);

/// Of query-chardev: whether the guest holds the other end, by label.
[[nodiscard]] std::map<std::string, bool> open_chardevs(const Json& chardevs);

/// Of qom-list: the names of children whose type begins like this.
[[nodiscard]] std::vector<std::string> children(const Json& list, const std::string& type);

}  // namespace hypnos::qmp
