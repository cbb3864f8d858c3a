// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "options.hpp"

#include <algorithm>
#include <memory>

namespace hypnos::cli {
namespace {

constexpr double kMostSeconds = 10.0 * 365 * 24 * 3600;

constexpr const char* kGuestHelp =
    "GUEST is the name of a file in /etc/hypnos/guests.d without .conf; with --connect the name of "
    "a\n"
    "domain (HOST/NAME with several connections); a pattern like 'web-*' of such names; or\n"
    "qmp=PATH,agent=PATH,power=PATH or some of these: the host's sockets of the guest's QMP "
    "monitor,\n"
    "of its port org.qemu.guest_agent.0 and of its port org.hypnos.power.0.\n\n";

constexpr const char* kExitHelp =
    "Exit status: 0 done, 1 failed, 2 usage, 3 unreachable, 4 refused, 5 timed out,\n"
    "6 the outcome differs from what was asked.";

constexpr const char* kExitHelpOfGuests =
    " Of several guests: theirs if those that are not\ndone agree, else 1.";

using Context = std::unique_ptr<GOptionContext, decltype(&g_option_context_free)>;
using Strings = std::unique_ptr<char*, decltype(&g_strfreev)>;

Strings strv(const std::vector<std::string>& words) {
    auto** result = g_new0(char*, words.size() + 2);
    result[0] = g_strdup("hypnosctl");
    for (std::size_t i = 0; i < words.size(); ++i) result[i + 1] = g_strdup(words[i].c_str());
    return {result, g_strfreev};
}

std::string description_of(const Synopsis& synopsis) {
    std::string text;
    if (synopsis.description != nullptr) text = synopsis.description + std::string("\n\n");
    if (!synopsis.of_guests) return text + kExitHelp;
    return text + kGuestHelp + kExitHelp + kExitHelpOfGuests;
}

Context make_context(const Synopsis& synopsis, const Entries& entries) {
    g_set_prgname((std::string("hypnosctl ") + synopsis.verb).c_str());
    Context context(g_option_context_new(synopsis.arguments), g_option_context_free);
    g_option_context_set_summary(context.get(), synopsis.summary);
    const std::string description = description_of(synopsis);
    g_option_context_set_description(context.get(), description.c_str());
    g_option_context_add_main_entries(context.get(), entries.data(), nullptr);
    return context;
}

tl::unexpected<Error> usage(const Synopsis& synopsis, const std::string& why) {
    return fail(ErrorCode::Usage,
                why + "; see hypnosctl " + std::string(synopsis.verb) + " --help");
}

}  // namespace

Entries operator+(Entries a, const Entries& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Result<std::vector<std::string>> parse_options(const Synopsis& synopsis,
                                               const std::vector<std::string>& words,
                                               Entries entries, std::size_t least,
                                               std::size_t most) {
    entries.push_back({});
    const Context context = make_context(synopsis, entries);
    Strings arguments = strv(words);
    char** vector = arguments.release();
    GError* error = nullptr;
    const bool parsed = g_option_context_parse_strv(context.get(), &vector, &error) == TRUE;
    arguments.reset(vector);
    if (!parsed) {
        const std::unique_ptr<GError, decltype(&g_error_free)> owned(error, g_error_free);
        return usage(synopsis, owned->message);
    }
    std::vector<std::string> rest;
    for (char** word = vector + 1; *word != nullptr; ++word) {
        if (std::string_view(*word) != "--") rest.emplace_back(*word);
    }
    if (rest.size() < least) return usage(synopsis, std::string("missing ") + synopsis.arguments);
    if (rest.size() > most) return usage(synopsis, "'" + rest[most] + "' is one word too many");
    return rest;
}

Result<std::chrono::milliseconds> parse_seconds(const char* option, double seconds) {
    if (!(seconds > 0 && seconds < kMostSeconds))
        return fail(ErrorCode::Usage, std::string(option) + " needs a number of seconds above 0");
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Result<std::size_t> parse_choice(const char* option, const std::string& word,
                                 std::span<const std::string_view> values) {
    const auto found = std::find(values.begin(), values.end(), word);
    if (found != values.end()) return static_cast<std::size_t>(found - values.begin());
    std::string known;
    for (const std::string_view value : values)
        known += (known.empty() ? "" : ", ") + std::string(value);
    return fail(ErrorCode::Usage,
                std::string(option) + " is one of " + known + ", not '" + word + "'");
}

}  // namespace hypnos::cli
