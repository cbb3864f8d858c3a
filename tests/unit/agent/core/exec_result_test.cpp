// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/exec_result.hpp"

#include <gtest/gtest.h>

namespace hypnos::agent {
namespace {

std::string problem(const Json& argument) {
    const Result<Capture> mode = capture_mode(argument);
    return mode ? "" : mode.error().message;
}

TEST(ExecResultTest, CaptureIsAWordOrABoolean) {
    EXPECT_EQ(capture_mode(std::nullopt).value(), Capture::None);
    EXPECT_EQ(capture_mode(Json(false)).value(), Capture::None);
    EXPECT_EQ(capture_mode(Json(true)).value(), Capture::Separated);
    EXPECT_EQ(capture_mode(Json("none")).value(), Capture::None);
    EXPECT_EQ(capture_mode(Json("stdout")).value(), Capture::Stdout);
    EXPECT_EQ(capture_mode(Json("stderr")).value(), Capture::Stderr);
    EXPECT_EQ(capture_mode(Json("separated")).value(), Capture::Separated);
    EXPECT_EQ(capture_mode(Json("merged")).value(), Capture::Merged);
}

TEST(ExecResultTest, AnotherWordOrTypeIsQemuGasError) {
    EXPECT_EQ(problem("both"), "Parameter 'capture-output' does not accept value 'both'");
    const std::string type =
        "Invalid parameter type for 'capture-output', expected: GuestExecCaptureOutput";
    EXPECT_EQ(problem(1), type);
    EXPECT_EQ(problem(Json()), type);
    EXPECT_EQ(problem(Json::array({"none"})), type);
}

TEST(ExecResultTest, AStreamIsCutAtItsLimitAndSaysSo) {
    CapturedStream stream;
    stream.take(std::string(CapturedStream::kKept - 1, 'x'));
    stream.take("y");
    EXPECT_FALSE(stream.truncated());
    stream.take("z");
    EXPECT_TRUE(stream.truncated());
    EXPECT_EQ(stream.bytes().size(), CapturedStream::kKept);
    EXPECT_EQ(stream.bytes().back(), 'y');
    stream.take("");
    EXPECT_TRUE(stream.truncated());
}

TEST(ExecResultTest, WhatRunsHasNotExited) {
    EXPECT_EQ(to_json(nullptr), Json::object({{"exited", false}}));
}

TEST(ExecResultTest, AnEndIsACodeOrASignalAndTheStreamsThatWereNotEmpty) {
    ExecResult result;
    result.wait_status = 3 << 8;
    result.output.take("a");
    EXPECT_EQ(
        to_json(&result),
        Json::object(
            {{"exited", true}, {"exitcode", 3}, {"out-data", "YQ=="}, {"out-truncated", false}}));
    result = {};
    result.wait_status = 9;
    EXPECT_EQ(to_json(&result), Json::object({{"exited", true}, {"signal", 9}}));
}

}  // namespace
}  // namespace hypnos::agent
