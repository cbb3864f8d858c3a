// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/power.hpp"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(Power, NamesOfOutcomesComeBack) {
    for (std::size_t i = 0; i < kOutcomeNames.size(); ++i)
        EXPECT_EQ(name_of(enumerator<Outcome>(kOutcomeNames, kOutcomeNames[i]).value()),
                  kOutcomeNames[i]);
    EXPECT_EQ(kOutcomeNames.size(), static_cast<std::size_t>(Outcome::ImageLost) + 1);
    EXPECT_EQ(enumerator<Outcome>(kOutcomeNames, "asleep"), std::nullopt);
}

TEST(Power, TheNamesAreTheContract) {
    EXPECT_EQ(name_of(SleepMode::Hybrid), "hybrid");
    EXPECT_EQ(name_of(Require::Deep), "deep");
    EXPECT_EQ(name_of(Require::Any), "any");
    EXPECT_EQ(name_of(Initiator::Cloud), "cloud");
    EXPECT_EQ(name_of(Outcome::Slept), "slept");
    EXPECT_EQ(name_of(Outcome::S2idle), "s2idle");
    EXPECT_EQ(name_of(Outcome::TimedOut), "timed-out");
    EXPECT_EQ(name_of(Outcome::ShutOffWithoutImage), "shut-off-without-image");
    EXPECT_EQ(name_of(Outcome::ImageLost), "image-lost");
}

TEST(Power, AFindingSaysWhatAndHowBad) {
    EXPECT_EQ(to_json({"a.b", Severity::Warn, "/x", "do y"}).dump(),
              R"({"code":"a.b","severity":"warn","subject":"/x","hint":"do y"})");
    EXPECT_EQ(to_json({"a.b", Severity::Block, "", ""})["severity"], Json("block"));
}

TEST(Power, ARefusalCarriesItsOutcomeAndFinding) {
    EXPECT_EQ(refusal("no").data.dump(), R"({"outcome":"refused"})");
    const Error error = refusal("no", Finding{"a.b", Severity::Block, "/x", "do y"});
    EXPECT_EQ(error.code, ErrorCode::Refused);
    EXPECT_EQ(error.data["outcome"], Json("refused"));
    EXPECT_EQ(error.data["finding"]["code"], Json("a.b"));
}

}  // namespace
}  // namespace hypnos
