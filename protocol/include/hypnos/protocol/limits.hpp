// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What either end accepts from the other. The peer is hostile by assumption: whatever exceeds a
// limit is dropped whole and costs one error.

#pragma once

#include <cstddef>

namespace hypnos::limits {

/// Bytes of one message.
inline constexpr std::size_t kMessageBytes = std::size_t{1} << 20;

/// The same where guest-file-write or guest-exec may bring data; qemu-ga's limit.
inline constexpr std::size_t kDataMessageBytes = std::size_t{64} << 20;

/// Open braces and brackets at once. Each costs the reader about 1.5 KiB of stack; qemu-ga takes
/// 1024, real messages need a dozen.
inline constexpr std::size_t kDepth = 64;

/// Values (scalars, arrays, objects) in one message. A value costs about 100 bytes once parsed, so
/// this, not kMessageBytes, bounds the memory of a message.
inline constexpr std::size_t kValues = 16384;

/// Of a name that an error repeats; the rest is cut.
inline constexpr std::size_t kShownBytes = 256;

/// Weight of a request's `id`, which every reply repeats: bytes of text, and 8 for each value.
inline constexpr std::size_t kIdWeight = 4096;

}  // namespace hypnos::limits
