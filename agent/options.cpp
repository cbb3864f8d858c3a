// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/options.hpp"

#include <getopt.h>
#include <glib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#include "agent/commands/table.hpp"
#include "agent/system/port/activation.hpp"
#include "agent/usage.hpp"

namespace hypnos::agent {
namespace {

/// What only a long option says; below any letter.
enum Long { PowerMethod = 1, PowerPath, RootDirectory };

/// A letter of the command line that is a key of the file.
struct Shorthand {
    int letter;
    const char* key;
};
constexpr std::array kShorthands = {
    Shorthand{'d', "daemon"},     Shorthand{'m', "method"},     Shorthand{'p', "path"},
    Shorthand{'l', "logfile"},    Shorthand{'f', "pidfile"},    Shorthand{'F', "fsfreeze-hook"},
    Shorthand{'t', "statedir"},   Shorthand{'v', "verbose"},    Shorthand{'r', "retry-path"},
    Shorthand{'b', "block-rpcs"}, Shorthand{'a', "allow-rpcs"},
};

// As in qemu-ga; the leading colon tells a missing value from an unknown option.
constexpr const char* kLetters = ":hVvdc:m:p:l:f:F::b:a:t:Dr";
constexpr option kLongOptions[] = {{"help", no_argument, nullptr, 'h'},
                                   {"version", no_argument, nullptr, 'V'},
                                   {"config", required_argument, nullptr, 'c'},
                                   {"dump-conf", no_argument, nullptr, 'D'},
                                   {"method", required_argument, nullptr, 'm'},
                                   {"path", required_argument, nullptr, 'p'},
                                   {"logfile", required_argument, nullptr, 'l'},
                                   {"pidfile", required_argument, nullptr, 'f'},
                                   {"fsfreeze-hook", optional_argument, nullptr, 'F'},
                                   {"statedir", required_argument, nullptr, 't'},
                                   {"verbose", no_argument, nullptr, 'v'},
                                   {"daemonize", no_argument, nullptr, 'd'},
                                   {"retry-path", no_argument, nullptr, 'r'},
                                   {"block-rpcs", required_argument, nullptr, 'b'},
                                   {"blacklist", required_argument, nullptr, 'b'},
                                   {"allow-rpcs", required_argument, nullptr, 'a'},
                                   {"power-method", required_argument, nullptr, PowerMethod},
                                   {"power-path", required_argument, nullptr, PowerPath},
                                   {"root", required_argument, nullptr, RootDirectory},
                                   {nullptr, 0, nullptr, 0}};

/// The words of the command line, taken apart.
struct Words {
    std::vector<std::pair<const char*, std::string>> settings;  ///< key and value
    std::optional<std::string> config, power_method, power_path, root;
    bool dump = false, version = false, help = false, list_commands = false;
};

const char* key_of(int letter) {
    const auto* const found =
        std::find_if(kShorthands.begin(), kShorthands.end(),
                     [letter](const Shorthand& each) { return each.letter == letter; });
    return found == kShorthands.end() ? nullptr : found->key;
}

/// A flag that is given is true; -F without a value is qemu-ga's usual hook.
std::string value_of(int letter) {
    if (optarg != nullptr) return optarg;
    return letter == 'F' ? kFsfreezeHook : "true";
}

tl::unexpected<Error> wrong_word(int problem, const char* word) {
    const bool short_one = g_ascii_isgraph(static_cast<char>(optopt)) == TRUE;
    const std::string told = short_one ? std::string("-") + static_cast<char>(optopt) : word;
    return fail(ErrorCode::Usage,
                (problem == ':' ? "a value is missing behind '" : "unknown option '") + told +
                    "'; see hypnos-agent --help");
}

void take(Words& words, int letter) {
    const bool is_list = letter == 'b' || letter == 'a';
    const std::string value = value_of(letter);
    if (is_list && (value == "help" || value == "?")) words.list_commands = true;
    if (const char* const key = key_of(letter)) words.settings.emplace_back(key, value);
    if (letter == 'c') words.config = value;
    if (letter == PowerMethod) words.power_method = value;
    if (letter == PowerPath) words.power_path = value;
    if (letter == RootDirectory) words.root = value;
    words.dump |= letter == 'D';
    words.version |= letter == 'V';
    words.help |= letter == 'h';
}

Result<Words> take_apart(int argc, char** argv) {
    Words words;
    optind = 0;  // getopt_long(3): begin anew
    opterr = 0;
    int letter = 0;
    while ((letter = getopt_long(argc, argv, kLetters, kLongOptions, nullptr)) != -1) {
        if (letter == ':' || letter == '?') return wrong_word(letter, argv[optind - 1]);
        take(words, letter);
    }
    if (optind < argc)
        return fail(ErrorCode::Usage, "unexpected operand '" + std::string(argv[optind]) +
                                          "'; see hypnos-agent --help");
    return words;
}

Result<Method> method_named(const std::string& name) {
    const auto* const found = std::find(kMethodNames.begin(), kMethodNames.end(), name);
    if (found != kMethodNames.end()) return static_cast<Method>(found - kMethodNames.begin());
    std::string known;
    for (std::string_view method : kMethodNames) known += " " + std::string(method);
    return fail(ErrorCode::Usage, "'" + name + "' is no method; there are:" + known);
}

std::string default_path(Method method, const std::string& port, const Root& root) {
    if (method == Method::VirtioSerial) return root.path("/dev/virtio-ports/" + port);
    if (method == Method::IsaSerial) return root.path("/dev/ttyS0");
    return "";
}

Result<Endpoint> qemu_endpoint(const Settings& settings, const Root& root) {
    if (const std::optional<Endpoint> handed_over = activated_endpoint()) return *handed_over;
    const Result<Method> method = method_named(settings.method);
    if (!method) return fail(method.error());
    const std::string path =
        settings.path ? *settings.path : default_path(*method, "org.qemu.guest_agent.0", root);
    if (path.empty()) return fail(ErrorCode::Usage, "a listening method needs --path");
    return Endpoint{*method, path};
}

Result<std::optional<Endpoint>> power_endpoint(const Words& words, Method qemu, const Root& root) {
    const Result<Method> method =
        words.power_method ? method_named(*words.power_method) : Result<Method>(qemu);
    if (!method) return fail(method.error());
    if (words.power_path) return Endpoint{*method, *words.power_path};
    if (*method != Method::VirtioSerial) return std::nullopt;
    return Endpoint{*method, default_path(*method, "org.hypnos.power.0", root)};
}

/// $QGA_CONF, else where qemu-ga has it. Only one that was asked for has to be there.
std::string config_file(const Words& words, const Root& root) {
    if (words.config) return *words.config;
    const char* const chosen = g_getenv("QGA_CONF");
    return chosen != nullptr ? chosen : root.path("/etc/qemu/qemu-ga.conf");
}

void warn(const std::string& problem) { g_warning("qemu-ga.conf: %s", problem.c_str()); }

Result<void> read_file(Settings& settings, const Words& words, const Root& root) {
    const std::string file = config_file(words, root);
    const std::optional<std::string> text = Root("/").read(file);
    if (!text && words.config)
        return fail("cannot read " + file + ", which -c names: " + g_strerror(errno));
    if (!text || text->empty()) return {};
    const Result<void> read = read_settings(settings, *text, warn);
    if (!read) return fail(file + ": " + read.error().message);
    return {};
}

Result<Settings> read_all(const Words& words, const Root& root) {
    Settings settings;
    if (Result<void> read = read_file(settings, words, root); !read) return fail(read.error());
    for (const auto& [key, value] : words.settings) {
        const Result<bool> known = set(settings, key, value);
        if (!known) return fail(ErrorCode::Usage, known.error().message);
    }
    for (const auto& names : {settings.block_rpcs, settings.allow_rpcs}) {
        if (Result<void> checked = commands::check_names(names); !checked)
            return fail(ErrorCode::Usage, checked.error().message);
    }
    return settings;
}

[[noreturn]] void print(const std::string& text) {
    g_print("%s", text.c_str());
    exit(EXIT_SUCCESS);
}

std::string command_names() {
    std::string names;
    for (const commands::Command& command : commands::table())
        names += std::string(command.name) + "\n";
    return names;
}

/// --version and its like: printed, and that is all.
void tell(const Words& words) {
    if (words.version) print(std::string("hypnos-agent ") + HYPNOS_VERSION + "\n");
    if (words.help) print(kUsageText);
    if (words.list_commands) print(command_names());
}

Result<void> place(Options& options, const Words& words, const Root& root) {
    const Result<Endpoint> qemu = qemu_endpoint(options.settings, root);
    if (!qemu) return fail(qemu.error());
    options.qemu = *qemu;
    const Result<std::optional<Endpoint>> power = power_endpoint(words, qemu->method, root);
    if (!power) return fail(power.error());
    options.power = *power;
    return {};
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
    const Result<Words> words = take_apart(argc, argv);
    if (!words) return fail(words.error());
    tell(*words);
    Options options;
    options.root = words->root.value_or("/");
    if (options.root.empty()) return fail(ErrorCode::Usage, "--root needs a directory");
    const Root root(options.root);
    const Result<Settings> settings = read_all(*words, root);
    if (!settings) return fail(settings.error());
    options.settings = *settings;
    if (words->dump) print(dump(*settings));
    if (settings->verbose) g_setenv("G_MESSAGES_DEBUG", G_LOG_DOMAIN, TRUE);
    if (Result<void> placed = place(options, *words, root); !placed) return fail(placed.error());
    return options;
}

}  // namespace hypnos::agent
