// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// For libFuzzer: meson setup build-fuzz -Dfuzz=true, see docs/testing.md.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "agent_scene.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto played = hypnos::fuzz::play_to_agent({reinterpret_cast<const char*>(data), size});
    if (played.wrong.empty()) return 0;
    std::fprintf(stderr, "%s\n", played.wrong.c_str());
    std::abort();
}
