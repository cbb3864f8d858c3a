// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Changes seeds at random: the same seed and number, the same bytes.

#pragma once

#include <random>
#include <string>
#include <vector>

namespace hypnos::fuzz {

class Mutator {
  public:
    Mutator(const std::vector<std::string>& all, const std::vector<std::string>& words,
            unsigned seed)
        : seeds_(all), words_(words), random_(seed) {}

    /// All arguments of the constructor outlive it.

    std::string next() {
        std::string bytes = any_of(seeds_);
        for (std::size_t changes = 1 + below(8); changes > 0; --changes) change(bytes);
        return bytes;
    }

  private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    const std::string& any_of(const std::vector<std::string>& all) {
        return all[below(all.size())];
    }

    void change(std::string& bytes) {
        const std::size_t at = below(bytes.size());
        switch (below(6)) {
            case 0:
                bytes.insert(at, 1, static_cast<char>(random_()));
                break;
            case 1:
                bytes.erase(at, 1 + below(8));
                break;
            case 2:
                bytes.insert(at, any_of(words_));
                break;
            case 3:
                bytes.insert(at, bytes.substr(below(bytes.size()), below(32)));
                break;
            case 4:
                bytes = bytes.substr(0, at) + any_of(seeds_).substr(2);
                break;
            default:
                if (!bytes.empty()) bytes[at] = static_cast<char>(random_());
        }
    }

    const std::vector<std::string>& seeds_;
    const std::vector<std::string>& words_;
    std::minstd_rand random_;
};

}  // namespace hypnos::fuzz
