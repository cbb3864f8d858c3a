// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <csignal>
#include <cstdlib>
#include <memory>

#include "daemon.hpp"

namespace {

using hypnos::Error;
using hypnos::ErrorCode;
using hypnos::Result;

// What a restart would not mend has a status of its own: hypnos-hostd.service knows them.
constexpr int kUsage = 2;
constexpr int kConfiguration = 78;  ///< EX_CONFIG of sysexits.h

int complain(const std::string& text, int status) {
    g_printerr("hypnos-hostd: %s\n", text.c_str());
    return status;
}

/// The directory of --root. --help and --version print and exit.
Result<std::string> parse_options(int argc, char** argv) {
    g_autofree gchar* root = nullptr;
    gboolean verbose = FALSE, version = FALSE;
    const GOptionEntry entries[] = {
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &root,
         "read and write /sys, /proc, /run, /var, /etc and /dev below DIR (for tests)", "DIR"},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "log more", nullptr},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &version, "print the version", nullptr},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    g_autoptr(GOptionContext) context = g_option_context_new(nullptr);
    g_option_context_set_summary(context,
                                 "Puts this host to sleep and wakes it, with its guests carried "
                                 "through, as org.hypnos.Host1 on the system bus.");
    g_option_context_add_main_entries(context, entries, nullptr);
    g_autoptr(GError) error = nullptr;
    if (g_option_context_parse(context, &argc, &argv, &error) == FALSE)
        return hypnos::fail(ErrorCode::Usage, error->message);
    if (argc > 1)
        return hypnos::fail(ErrorCode::Usage, "unexpected operand '" + std::string(argv[1]) + "'");
    if (version == TRUE) {
        g_print("hypnos-hostd %s\n", HYPNOS_VERSION);
        exit(EXIT_SUCCESS);
    }
    if (verbose == TRUE) g_setenv("G_MESSAGES_DEBUG", G_LOG_DOMAIN, TRUE);
    return root == nullptr ? "/" : std::string(root);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace hypnos::hostd;
    const Result<std::string> directory = parse_options(argc, argv);
    if (!directory)
        return complain(directory.error().message + "; see hypnos-hostd --help", kUsage);
    const hypnos::sleep::Root root(*directory);
    const Result<Config> config = read_config(root);
    if (!config) return complain(config.error().message, kConfiguration);
    std::signal(SIGPIPE, SIG_IGN);

    const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(
        g_main_loop_new(nullptr, FALSE), g_main_loop_unref);
    int status = EXIT_SUCCESS;
    const auto quit = [&loop] { g_main_loop_quit(loop.get()); };
    Daemon daemon(root, *config, [&] {
        status =
            complain("another program has the name org.hypnos.Host1, or the bus denies it to us",
                     EXIT_FAILURE);
        quit();
    });
    const auto stop = [&] { daemon.stop(quit); };
    const auto on_term = hypnos::glib::on_signal(nullptr, SIGTERM, stop);
    const auto on_int = hypnos::glib::on_signal(nullptr, SIGINT, stop);
    if (const Result<void> started = daemon.start(); !started)
        return complain(started.error().message, EXIT_FAILURE);
    g_main_loop_run(loop.get());
    return status;
}
