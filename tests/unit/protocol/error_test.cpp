// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/error.hpp"

#include <gtest/gtest.h>

#include "hypnos/protocol/limits.hpp"

namespace hypnos {
namespace {

TEST(Quoted, RepeatsTheWordsOfThePeer) {
    EXPECT_EQ(hypnos::quoted("id"), "'id'");
    EXPECT_EQ(hypnos::quoted(""), "''");
    const std::string most(limits::kShownBytes, 'x');
    EXPECT_EQ(hypnos::quoted(most), "'" + most + "'");
}

TEST(Quoted, CutsWhatIsLongAndShowsIt) {
    const std::string most(limits::kShownBytes, 'x');
    EXPECT_EQ(hypnos::quoted(most + "x"), "'" + most + "...'");
}

}  // namespace
}  // namespace hypnos
