// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdio>
#include <string_view>

#include "lib/spelling.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

struct Verb {
    std::string_view name;
    const char* arguments;
    const char* summary;
    Exit (*run)(const Words&);
};

constexpr std::array<Verb, 5> kVerbs{{
    {"suspend", "GUEST", "put a guest to sleep and prove that it sleeps", suspend},
    {"wake", "GUEST", "wake a guest that sleeps in RAM", wake},
    {"status", "GUEST", "what the agent and QEMU say of a guest", status},
    {"watch", "GUEST", "print a guest's events as they come", watch},
    {"agent", "GUEST COMMAND [JSON-ARGUMENTS]", "send one command to the agent", agent},
}};

void print_help() {
    std::printf("Usage: hypnosctl VERB ...\n\nPuts Linux guests to sleep and wakes them.\n\n");
    for (const Verb& verb : kVerbs)
        std::printf("  hypnosctl %-8s%s\n      %s\n", verb.name.data(), verb.arguments,
                    verb.summary);
    std::printf("\nhypnosctl VERB --help tells the options of a verb; --version the version.\n");
}

Exit unknown(const std::string& word) {
    std::vector<std::string> verbs;
    for (const Verb& verb : kVerbs) verbs.emplace_back(verb.name);
    complain("there is no verb '" + word + "'" + did_you_mean(word, verbs) +
             " (see hypnosctl --help)");
    return Exit::Usage;
}

Exit dispatch(const Words& words) {
    if (words.empty()) {
        complain("a verb is missing; see hypnosctl --help");
        return Exit::Usage;
    }
    if (words[0] == "--help" || words[0] == "-h" || words[0] == "help")
        return print_help(), Exit::Done;
    if (words[0] == "--version") return print_line("hypnosctl " HYPNOS_VERSION), Exit::Done;
    for (const Verb& verb : kVerbs) {
        if (verb.name == words[0]) return verb.run(Words(words.begin() + 1, words.end()));
    }
    return unknown(words[0]);
}

}  // namespace
}  // namespace hypnos::cli

int main(int argc, char** argv) {
    setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): there is one thread
    const hypnos::cli::Words words(argv + std::min(argc, 1), argv + argc);
    return static_cast<int>(hypnos::cli::dispatch(words));
}
