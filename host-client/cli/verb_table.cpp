// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "verb_table.hpp"

#include <cstdio>

#include "lib/spelling.hpp"

namespace hypnos::cli {
namespace {

void print_help(const VerbTable& table) {
    std::printf("Usage: %s VERB ...\n\n%s\n\n", table.program, table.summary);
    for (const Verb& verb : table.verbs)
        std::printf("  %s %-13s%s\n      %s\n", table.program, verb.name.data(), verb.arguments,
                    verb.summary);
    std::printf("\nHelp Options:\n  -h, --help   Show help options\n");
    std::printf("\n%s VERB --help tells the options of a verb%s.\n", table.program, table.more);
}

Exit unknown(const VerbTable& table, const std::string& word) {
    std::vector<std::string> verbs;
    for (const Verb& verb : table.verbs) verbs.emplace_back(verb.name);
    complain("there is no verb '" + word + "'" + did_you_mean(word, verbs) + " (see " +
             table.program + " --help)");
    return Exit::Usage;
}

bool asks_for_help(const std::string& word) {
    return word == "--help" || word == "-h" || word == "help";
}

}  // namespace

Exit dispatch(const VerbTable& table, const Words& words) {
    if (words.empty()) {
        complain(std::string("a verb is missing; see ") + table.program + " --help");
        return Exit::Usage;
    }
    if (asks_for_help(words[0])) return print_help(table), Exit::Done;
    for (const Verb& verb : table.verbs) {
        if (verb.name == words[0]) return verb.run(Words(words.begin() + 1, words.end()));
    }
    return unknown(table, words[0]);
}

}  // namespace hypnos::cli
