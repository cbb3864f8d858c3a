// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The fuzzer's scenes without a fuzzer: the seeds, then mutations of them, the same in every run.
//
//   HYPNOS_FUZZ_RUNS     how many (20000)
//   HYPNOS_FUZZ_FIRST    the number of the first; with RUNS=1, that one alone
//   HYPNOS_FUZZ_SEEDS    a directory to write the seeds to, for libFuzzer

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>

#include "mutator.hpp"
#include "seeds.hpp"

namespace hypnos::fuzz {
namespace {

constexpr unsigned kSeed = 4711;

volatile std::sig_atomic_t playing = 0;

/// What is needed to play it again.
void tell_which(int signal) {
    std::string text = "scene ";
    text += std::to_string(playing) + "\n";
    (void)!write(STDERR_FILENO, text.data(), text.size());
    std::signal(signal, SIG_DFL);
    raise(signal);
}

int number_from(const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::atoi(text) : otherwise;
}

class HostSession : public testing::Test {
  protected:
    void SetUp() override {
        for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE}) std::signal(signal, tell_which);
    }
    void TearDown() override {
        for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE}) std::signal(signal, SIG_DFL);
    }
    const std::vector<std::string> seeds_ = seeds();
};

TEST_F(HostSession, PlaysItsSeeds) {
    const char* directory = std::getenv("HYPNOS_FUZZ_SEEDS");
    std::set<std::string> ends;
    for (std::size_t i = 0; i < seeds_.size(); ++i) {
        playing = static_cast<int>(i);
        ends.insert(play(seeds_[i]));
        if (directory != nullptr)
            std::ofstream(directory + ("/seed-" + std::to_string(i)), std::ios::binary)
                << seeds_[i];
    }
    for (const char* end : {"slept", "failed", "shut-off-without-image", "done", "error"})
        EXPECT_TRUE(ends.contains(end)) << end;
}

TEST_F(HostSession, SurvivesMutations) {
    const int first = number_from("HYPNOS_FUZZ_FIRST", 0);
    const int runs = number_from("HYPNOS_FUZZ_RUNS", 20000);
    std::printf("scenes %d to %d, seed %u\n", first, first + runs - 1, kSeed);
    for (int i = first; i < first + runs; ++i) {
        playing = i;
        play(Mutator(seeds_, words(), kSeed + static_cast<unsigned>(i)).next());
    }
}

TEST_F(HostSession, DrawsMutations) {
    const std::vector<std::string> all = drawings();
    for (int i = 0; i < 5000; ++i) {
        playing = i;
        draw(Mutator(all, words(), kSeed + static_cast<unsigned>(i)).next());
    }
}

}  // namespace
}  // namespace hypnos::fuzz
