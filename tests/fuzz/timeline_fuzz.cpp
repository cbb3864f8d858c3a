// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// For libFuzzer: meson setup build-fuzz -Dfuzz=true, see docs/testing.md.

#include <cstddef>
#include <cstdint>

#include "scene.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    hypnos::fuzz::draw({reinterpret_cast<const char*>(data), size});
    return 0;
}
