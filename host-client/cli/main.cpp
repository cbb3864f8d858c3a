// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <array>
#include <clocale>

#include "host/host.hpp"
#include "verb_table.hpp"

namespace hypnos::cli {
namespace {

constexpr std::array<Verb, 11> kVerbs{{
    {"list", "[GUEST...]", "the guests that are known, and how", list},
    {"status", "[GUEST...]", "what agents and QEMU say of guests", status},
    {"capabilities", "GUEST...", "which sleeps work in a guest now", capabilities},
    {"preflight", "GUEST...", "what speaks against a sleep, by guest and host", preflight},
    {"suspend", "GUEST...", "put guests to sleep and prove that they sleep", suspend},
    {"wake", "GUEST...", "wake guests", wake},
    {"rehearse", "GUEST...", "all of a disk sleep but the power-off", rehearse},
    {"watch", "GUEST...", "print guests' events as they come", watch},
    {"timeline", "GUEST", "where the time of its last sleep went", timeline},
    {"agent", "GUEST COMMAND [JSON-ARGUMENTS]", "send one command to the agent", agent},
    {"host", "VERB ...", "the sleep of this host itself", host::host},
}};

Exit run(const Words& words) {
    if (!words.empty() && words[0] == "--version")
        return print_line("hypnosctl " HYPNOS_VERSION), Exit::Done;
    return dispatch({"hypnosctl", "Puts Linux guests to sleep and wakes them, and this host.",
                     kVerbs, "; --version the version"},
                    words);
}

}  // namespace
}  // namespace hypnos::cli

int main(int argc, char** argv) {
    setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): there is one thread
    const hypnos::cli::Words words(argv + std::min(argc, 1), argv + argc);
    return static_cast<int>(hypnos::cli::run(words));
}
