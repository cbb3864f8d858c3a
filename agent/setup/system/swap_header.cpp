// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/swap_header.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

#include "glib/unique_fd.hpp"

namespace hypnos::setup {
namespace {

/// What follows 1024 bytes for a boot loader.
struct Info {
    std::uint32_t version, last_page, bad_pages;
    std::array<unsigned char, 16> uuid;
};
constexpr std::size_t kInfoAt = 1024;
constexpr std::array<const char*, 2> kSignatures = {"SWAPSPACE2", "S1SUSPEND"};
constexpr std::size_t kSignatureSize = 10;

std::string uuid_text(const std::array<unsigned char, 16>& bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += kDigits[bytes.at(i) >> 4U];
        text += kDigits[bytes.at(i) & 15U];
    }
    return text;
}

bool is_header(const std::string& signature) {
    return signature == kSignatures[0] || signature.starts_with(kSignatures[1]);
}

}  // namespace

std::optional<SwapHeader> read_swap_header(const std::string& real_path) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const UniqueFd file(open(real_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    std::vector<char> bytes(page);
    if (!file || pread(file.get(), bytes.data(), page, 0) != static_cast<ssize_t>(page))
        return std::nullopt;
    const std::string signature(bytes.end() - kSignatureSize, bytes.end());
    if (!is_header(signature)) return std::nullopt;
    Info info{};
    std::memcpy(&info, bytes.data() + kInfoAt, sizeof info);
    return SwapHeader{uuid_text(info.uuid), (std::uint64_t{info.last_page} + 1) * page,
                      signature.starts_with(kSignatures[1])};
}

}  // namespace hypnos::setup
