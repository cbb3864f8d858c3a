// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/options.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "agent/setup/core/sizing.hpp"

namespace hypnos::setup {
namespace {

constexpr std::array<std::string_view, 4> kVerbs = {"plan", "apply", "verify", "undo"};

constexpr const char* kSummary =
    "Prepares this machine, or an image, for hibernation.\n\n"
    "  plan    what would change, and why\n"
    "  apply   change it; a second time changes nothing\n"
    "  verify  look at everything again\n"
    "  undo    take back what apply did\n\n"
    "Options that are not given are those of the last apply.";

/// What GLib writes options to.
struct Given {
    gchar* swap = nullptr;
    gchar* file = nullptr;
    gchar* size = nullptr;
    gchar* activation = nullptr;
    gchar* boot = nullptr;
    gchar* root = nullptr;
    gboolean fill = FALSE, json = FALSE, version = FALSE;
};

std::optional<std::string> taken(gchar* text) {
    if (text == nullptr) return std::nullopt;
    std::string result = text;
    g_free(text);
    return result;
}

std::string without_last_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

CommandLine command_line(const Given& given) {
    CommandLine line;
    line.swap = taken(given.swap);
    line.file = taken(given.file);
    line.size = taken(given.size);
    line.activation = taken(given.activation);
    line.boot = taken(given.boot);
    line.root = without_last_slashes(taken(given.root).value_or("/"));
    line.fill = given.fill == TRUE;
    line.json = given.json == TRUE;
    return line;
}

tl::unexpected<Error> wrong(const std::string& option, const std::string& value,
                            const std::string& allowed) {
    return fail(ErrorCode::Usage, "--" + option + "=" + value + ": may be " + allowed);
}

bool one_of(const std::optional<std::string>& value, std::initializer_list<const char*> words) {
    return !value || std::find(words.begin(), words.end(), *value) != words.end();
}

bool is_absolute(const std::string& path) { return path.size() > 1 && path.front() == '/'; }

/// As a field of fstab(5).
bool is_plain(const std::string& path) {
    return is_absolute(path) && path.find_first_of(" \t\n#\\") == std::string::npos;
}

Result<CommandLine> checked(const CommandLine& line) {
    if (line.swap && !one_of(line.swap, {"auto", "file"}) && !line.swap->starts_with("/dev/"))
        return wrong("swap", *line.swap, "auto, file, or a device below /dev");
    if (line.file && !is_plain(*line.file))
        return wrong("file", *line.file, "an absolute path without white space, # and \\");
    if (line.size && !is_size(*line.size))
        return wrong("size", *line.size,
                     "default, ram, fedora, image, or a number with K, M, G or T");
    if (!one_of(line.activation, {"hibernate-only", "always"}))
        return wrong("activation", *line.activation, "hibernate-only or always");
    if (!one_of(line.boot, {"auto", "grub", "bls", "none"}))
        return wrong("boot", *line.boot, "auto, grub, bls or none");
    if (!is_absolute(line.root) && line.root != "/")
        return wrong("root", line.root, "an absolute path");
    return line;
}

Result<CommandLine> with_verb(CommandLine line, int argc, char** argv) {
    const auto* const found =
        argc == 2 ? std::find(kVerbs.begin(), kVerbs.end(), argv[1]) : kVerbs.end();
    if (found == kVerbs.end())
        return fail(ErrorCode::Usage,
                    "give one of plan, apply, verify and undo; see hypnos-setup --help");
    line.verb = static_cast<CommandLine::Verb>(found - kVerbs.begin());
    return checked(line);
}

std::string message_of(GError* error) {
    std::string message = error->message;
    g_error_free(error);
    return message;
}

Result<Given> parse(int& argc, char**& argv) {
    Given given;
    const std::array<GOptionEntry, 10> entries = {{
        {"swap", 0, 0, G_OPTION_ARG_STRING, &given.swap, "auto, file, or a swap device", "WHICH"},
        {"file", 0, 0, G_OPTION_ARG_STRING, &given.file, "where a swap file goes", "PATH"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &given.size,
         "default, ram, fedora, image, or bytes (K, M, G, T)", "SIZE"},
        {"activation", 0, 0, G_OPTION_ARG_STRING, &given.activation, "hibernate-only or always",
         "WHEN"},
        {"fill", 0, 0, G_OPTION_ARG_NONE, &given.fill, "write the whole swap file", nullptr},
        {"boot", 0, 0, G_OPTION_ARG_STRING, &given.boot, "auto, grub, bls or none", "LOADER"},
        {"root", 0, 0, G_OPTION_ARG_STRING, &given.root, "an image that is not running", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &given.json, "one JSON object", nullptr},
        {"version", 0, 0, G_OPTION_ARG_NONE, &given.version, "print the version", nullptr},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr},
    }};
    GOptionContext* context = g_option_context_new("plan|apply|verify|undo");
    g_option_context_set_summary(context, kSummary);
    g_option_context_add_main_entries(context, entries.data(), nullptr);
    GError* error = nullptr;
    const bool parsed = g_option_context_parse(context, &argc, &argv, &error) == TRUE;
    g_option_context_free(context);
    if (!parsed) return fail(ErrorCode::Usage, message_of(error));
    return given;
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, char** argv) {
    const Result<Given> given = parse(argc, argv);
    if (!given) return fail(given.error());
    if (given->version == TRUE) {
        g_print("hypnos-setup %s\n", HYPNOS_VERSION);
        std::exit(EXIT_SUCCESS);
    }
    return with_verb(command_line(*given), argc, argv);
}

Options merged(const CommandLine& given, const std::optional<SetupRecord>& record) {
    const Options defaults{.swap = "auto",
                           .file = "/swap/hypnos.swap",
                           .size = "default",
                           .activation = "hibernate-only",
                           .fill = false,
                           .boot = "auto"};
    const Options last = record ? record->options : defaults;
    return {.swap = given.swap.value_or(last.swap),
            .file = given.file.value_or(last.file),
            .size = given.size.value_or(last.size),
            .activation = given.activation.value_or(last.activation),
            .fill = given.fill || last.fill,
            .boot = given.boot.value_or(last.boot)};
}

std::string_view name_of(CommandLine::Verb verb) {
    return kVerbs.at(static_cast<std::size_t>(verb));
}

}  // namespace hypnos::setup
