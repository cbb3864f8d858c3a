// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The kernel's random number generator after a sleep on disk: an image that is resumed twice, from
// a copied disk, would otherwise go on with the same numbers twice. random(4).

#pragma once

#include "agent/core/record.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

void reseed(const Root& root, RefreshReport& report);

}  // namespace hypnos::agent
