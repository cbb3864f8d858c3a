// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <glib.h>

#include <csignal>
#include <cstdlib>

#include "agent/agent.hpp"
#include "agent/options.hpp"
#include "agent/system/background.hpp"
#include "agent/system/log.hpp"
#include "sleep/system/notify.hpp"

namespace {

using namespace hypnos::agent;

// What a restart would not mend has a status of its own: hypnos-agent.service knows them.
constexpr int kUsage = 2;
constexpr int kConfiguration = 78;  ///< EX_CONFIG of sysexits.h

int complain(const hypnos::Error& error, int status) {
    g_printerr("hypnos-agent: %s\n", error.message.c_str());
    return error.code == hypnos::ErrorCode::Usage ? kUsage : status;
}

hypnos::Result<void> prepare(const Settings& settings, Background& background) {
    hypnos::Result<void> done;
    if (settings.logfile) done = log::to_file(*settings.logfile);
    const bool supervised = g_getenv("NOTIFY_SOCKET") != nullptr;
    if (supervised && settings.daemon)
        g_warning("a service of systemd stays in the foreground: daemonize is not done");
    if (done && settings.daemon && !supervised) done = background.enter(settings.pidfile);
    return done;
}

/// Until a signal. A sleep under way is ended first: its hooks are undone, and its settings put back.
/// What is frozen is thawed.
int run(const Options& options, Background& background) {
    GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
    Agent agent(options);
    const auto quit = [&agent, loop] {
        agent.suspender().when_idle(
            [&agent, loop] { agent.freezer().thaw_now([loop] { g_main_loop_quit(loop); }); });
    };
    const auto on_term = hypnos::glib::on_signal(nullptr, SIGTERM, quit);
    const auto on_int = hypnos::glib::on_signal(nullptr, SIGINT, quit);
    if (const hypnos::Result<void> started = agent.start(); !started)
        return complain(started.error(), EXIT_FAILURE);
    background.ready();
    g_main_loop_run(loop);
    notify("STOPPING=1");
    g_main_loop_unref(loop);
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
    hypnos::Result<Options> options = parse_options(argc, argv);
    if (!options) return complain(options.error(), kConfiguration);
    const hypnos::Result<Config> config = read_config(Root(options->root));
    if (!config) return complain(config.error(), kConfiguration);
    options->config = *config;
    std::signal(SIGPIPE, SIG_IGN);
    Background background;
    if (const hypnos::Result<void> prepared = prepare(options->settings, background); !prepared)
        return complain(prepared.error(), EXIT_FAILURE);
    return run(*options, background);
}
