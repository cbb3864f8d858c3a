// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What a domain's XML says of its machine. Pure. The format: https://libvirt.org/formatdomain.html

#pragma once

#include <string>

#include "hypnos/protocol/error.hpp"
#include "machine/machine_facts.hpp"

namespace hypnos::libvirt {

[[nodiscard]] Result<MachineFacts> read_domain_xml(const std::string& xml);

}  // namespace hypnos::libvirt
