// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/error.hpp"

#include <gtest/gtest.h>

#include "hypnos/protocol/limits.hpp"

namespace hypnos {
namespace {

TEST(Quoted, RepeatsTheWordsOfThePeer) {
    EXPECT_EQ(hypnos::in_quotes("id"), "'id'");
    EXPECT_EQ(hypnos::in_quotes(""), "''");
    const std::string most(limits::kShownBytes, 'x');
    EXPECT_EQ(hypnos::in_quotes(most), "'" + most + "'");
}

TEST(Quoted, CutsWhatIsLongAndShowsIt) {
    const std::string most(limits::kShownBytes, 'x');
    EXPECT_EQ(hypnos::in_quotes(most + "x"), "'" + most + "...'");
}

}  // namespace
}  // namespace hypnos
