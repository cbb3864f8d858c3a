// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// What libvirt hands out and wants back.

#pragma once

#include <libvirt/libvirt.h>

#include <cstdlib>
#include <memory>

namespace hypnos::libvirt {

struct Free {
    void operator()(virDomain* domain) const { virDomainFree(domain); }
    void operator()(virStream* stream) const { virStreamFree(stream); }
    void operator()(char* text) const { std::free(text); }
};
template <typename T>
using Handle = std::unique_ptr<T, Free>;

}  // namespace hypnos::libvirt
