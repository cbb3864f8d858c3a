// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/base64.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

using namespace std::string_literals;

constexpr const char* kWrong = "Base64 data contains invalid characters";
constexpr const char* kCut = "Base64 data is cut short or wrongly padded";

std::string problem(std::string_view text) {
    const Result<std::string> bytes = base64_decode(text);
    return bytes ? "" : bytes.error().message;
}

TEST(Base64Test, WhatIsEncodedIsDecoded) {
    std::string bytes;
    for (int length = 0; length < 300; ++length) {
        EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes) << length;
        bytes.push_back(static_cast<char>(length * 7));
    }
    EXPECT_EQ(base64_encode("a\0b"s), "YQBi");
    EXPECT_EQ(base64_encode(""), "");
}

TEST(Base64Test, LineFeedsAndTextsInARowAreTaken) {
    EXPECT_EQ(base64_decode("YW\nJj\n").value(), "abc");
    EXPECT_EQ(base64_decode("YQ==Yg==").value(), "ab");
    EXPECT_EQ(base64_decode("").value(), "");
}

TEST(Base64Test, OtherCharactersAreQemuGasError) {
    for (const std::string& text : {"@@@@"s, "Y Q=="s, "YQ==\r\n"s, "YQ-_"s, "YQ\0="s})
        EXPECT_EQ(problem(text), kWrong) << text;
}

TEST(Base64Test, NothingIsDroppedInSilence) {
    for (const char* text :
         {"Y", "YQ", "YQ=", "YWJ", "YQ==x", "====", "Y===", "YQ=a", "=", "YQ==="})
        EXPECT_EQ(problem(text), kCut) << text;
}

}  // namespace
}  // namespace hypnos::agent
