// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How large a swap must be to take this machine's image. docs/setup.md has the policies. Sizes in
// bytes. Pure.

#pragma once

#include <cstdint>
#include <string>

#include "hypnos/protocol/error.hpp"

namespace hypnos::setup {

constexpr std::uint64_t kMiB = 1024ULL * 1024;
constexpr std::uint64_t kGiB = 1024 * kMiB;

struct Memory {
    std::uint64_t total = 0;
    std::uint64_t anonymous = 0;  ///< in use now
};

/// Whether this word may stand behind --size.
[[nodiscard]] bool is_size(const std::string& policy);

/// What a swap of our own gets, in whole pages; 0 if the policy has no size for so much memory.
[[nodiscard]] std::uint64_t size_to_make(const std::string& policy, const Memory& memory);

/// What a swap that is there must have at least: no named policy asks for more than memory itself.
[[nodiscard]] std::uint64_t size_to_accept(const std::string& policy, const Memory& memory);

/// For a person: "1024 MiB (1073741824 bytes)".
[[nodiscard]] std::string in_words(std::uint64_t bytes);

}  // namespace hypnos::setup
