// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The fuzzer's scenes of the agent without a fuzzer: the seeds, then mutations of them, the same in
// every run.
//
//   HYPNOS_FUZZ_RUNS     how many (500)
//   HYPNOS_FUZZ_FIRST    the number of the first; with RUNS=1, that one alone
//   HYPNOS_FUZZ_SEEDS    a directory to write the seeds to, for libFuzzer

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "agent_scene.hpp"
#include "mutator.hpp"

namespace hypnos::fuzz {
namespace {

constexpr unsigned kSeed = 4711;

int number_from(const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::atoi(text) : otherwise;
}

const std::vector<std::string>& words() {
    static const std::vector<std::string> all = {
        "\xFF",
        "\n",
        "{",
        "}}",
        "[[[[",
        "\"",
        "\\",
        "'",
        "\"id\":",
        "null",
        "1e308",
        "\\u0000",
        "{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":1}}",
        "{\"execute\":\"hypnos-subscribe\",\"arguments\":{\"since\":0}}",
        "\x01",
        "\x09",
        "\x03"};
    return all;
}

/// Eight requests each, on both ports.
std::vector<std::string> agent_seeds() {
    std::vector<std::string> all;
    std::string seed;
    for (std::size_t i = 0; i < agent_requests().size(); ++i) {
        seed += raw_step(agent_requests()[i], i % 3 == 0);
        if (i % 8 != 7) continue;
        all.push_back(seed);
        seed.clear();
    }
    return all;
}

class AgentSession : public testing::Test {
  protected:
    const std::vector<std::string> seeds_ = agent_seeds();
};

TEST_F(AgentSession, PlaysItsSeeds) {
    const char* directory = std::getenv("HYPNOS_FUZZ_SEEDS");
    for (std::size_t i = 0; i < seeds_.size(); ++i) {
        const Played played = play_to_agent(seeds_[i]);
        EXPECT_EQ(played.wrong, "") << "seed " << i;
        EXPECT_GE(played.lines, 8U) << "seed " << i;
        if (directory != nullptr)
            std::ofstream(directory + ("/seed-" + std::to_string(i)), std::ios::binary)
                << seeds_[i];
    }
}

TEST_F(AgentSession, SurvivesMutations) {
    const int first = number_from("HYPNOS_FUZZ_FIRST", 0);
    const int runs = number_from("HYPNOS_FUZZ_RUNS", 500);
    std::printf("scenes %d to %d, seed %u\n", first, first + runs - 1, kSeed);
    for (int i = first; i < first + runs; ++i) {
        Mutator mutator(seeds_, words(), kSeed + static_cast<unsigned>(i));
        ASSERT_EQ(play_to_agent(mutator.next()).wrong, "") << "scene " << i;
    }
}

}  // namespace
}  // namespace hypnos::fuzz
