// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/sizing.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "sleep/core/number.hpp"

namespace hypnos::setup {
namespace {

/// The largest page Linux has: a whole number of these is one of any page.
constexpr std::uint64_t kLargestPage = 64 * 1024;

struct Step {
    std::uint64_t up_to;
    std::uint64_t percent;
};
constexpr std::array kFedora = {Step{2 * kGiB, 300}, Step{8 * kGiB, 200}, Step{64 * kGiB, 150},
                                Step{256 * kGiB, 125}};

std::uint64_t fedora(std::uint64_t memory) {
    const auto* const step =
        std::find_if(kFedora.begin(), kFedora.end(),
                     [memory](const Step& each) { return memory <= each.up_to; });
    return step == kFedora.end() ? 0 : memory / 100 * step->percent;
}

std::uint64_t unit_of(const std::string& letter) {
    constexpr std::array<const char*, 5> kLetters = {"", "K", "M", "G", "T"};
    for (std::size_t i = 0; i < kLetters.size(); ++i)
        if (letter == kLetters.at(i)) return 1ULL << (10 * i);
    return 0;
}

/// "1536M": a number and, if any, one of K, M, G, T.
std::optional<std::uint64_t> literal(const std::string& text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = sleep::whole_number<std::uint64_t>(text.substr(0, digits));
    const std::uint64_t unit = unit_of(text.substr(digits));
    if (!number || *number == 0 || unit == 0 ||
        *number > std::numeric_limits<std::int64_t>::max() / unit)
        return std::nullopt;
    return *number * unit;
}

std::uint64_t rounded_up(std::uint64_t bytes) {
    return (bytes + kLargestPage - 1) / kLargestPage * kLargestPage;
}

std::uint64_t named(const std::string& policy, const Memory& memory) {
    if (policy == "ram") return std::max(memory.total, 4000 * 1000 * std::uint64_t{1000});
    if (policy == "fedora") return fedora(memory.total);
    if (policy == "image") return memory.total / 5 * 2 + memory.anonymous;
    return std::max(memory.total / 100 * 105, kGiB);
}

}  // namespace

bool is_size(const std::string& policy) {
    constexpr std::array kNames = {"default", "ram", "fedora", "image"};
    return std::find(kNames.begin(), kNames.end(), policy) != kNames.end() || literal(policy);
}

std::uint64_t size_to_make(const std::string& policy, const Memory& memory) {
    return rounded_up(literal(policy).value_or(named(policy, memory)));
}

std::uint64_t size_to_accept(const std::string& policy, const Memory& memory) {
    const auto given = literal(policy);
    return given ? *given : std::min(named(policy, memory), memory.total);
}

std::string in_words(std::uint64_t bytes) {
    return std::to_string((bytes + kMiB / 2) / kMiB) + " MiB (" + std::to_string(bytes) + " bytes)";
}

}  // namespace hypnos::setup
