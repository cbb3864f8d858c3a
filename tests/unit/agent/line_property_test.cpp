// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Whatever a host sends, what comes out passes the judge: requests of the conformance corpus, whole
// and damaged, one after the other without a pause, cut into pieces anywhere, on both ports at once.

#include <gtest/gtest.h>

#include <random>

#include "tests/fuzz/agent_scene.hpp"

namespace hypnos::fuzz {
namespace {

constexpr unsigned kSeed = 815;
constexpr int kScenes = 300;

class Hostile {
  public:
    explicit Hostile(unsigned seed) : random_(seed) {}

    /// Steps of one host that sends twenty requests, and of another beside it.
    std::string scene() {
        std::string stream;
        for (int i = 0; i < 20; ++i) stream += request() + separator();
        std::string steps;
        while (!stream.empty()) {
            const std::size_t length = std::min(stream.size(), 1 + below(200));
            steps += raw_step(stream.substr(0, length), below(4) == 0);
            stream.erase(0, length);
            if (below(10) == 0) steps += step();
        }
        return steps;
    }

  private:
    std::size_t below(std::size_t limit) { return random_() % limit; }

    std::string request() {
        std::string text = agent_requests().at(below(agent_requests().size()));
        if (below(2) == 0) damage(text);
        return text;
    }
    void damage(std::string& text) {
        const std::size_t at = below(text.size() + 1);
        const std::size_t how = below(4);
        if (how == 0) text.insert(at, 1, static_cast<char>(random_()));
        if (how == 1) text.erase(at, 1 + below(5));
        if (how == 2) text.insert(at, text.substr(below(text.size() + 1), below(20)));
        if (how == 3) text.insert(at, 1, '\xFF');
    }
    std::string separator() {
        const std::vector<std::string> all = {"", "", "\n", " ", "\r\n", "\xFF", "\n\xFF\n"};
        return all.at(below(all.size()));
    }
    /// One that needs no more than a byte.
    std::string step() {
        const auto what = static_cast<char>(below(static_cast<std::size_t>(AgentStep::Last) + 1));
        return what == 0 ? "" : std::string(1, what) + static_cast<char>(random_());
    }

    std::minstd_rand random_;
};

TEST(EveryByteOfTheAgent, PassesTheJudge) {
    std::size_t lines = 0;
    for (int i = 0; i < kScenes; ++i) {
        const Played played = play_to_agent(Hostile(kSeed + static_cast<unsigned>(i)).scene());
        ASSERT_EQ(played.wrong, "") << "scene " << i;
        lines += played.lines;
    }
    EXPECT_GE(lines, 10U * kScenes);  // the judge has had something to look at
    RecordProperty("lines", static_cast<int>(lines));
}

}  // namespace
}  // namespace hypnos::fuzz
