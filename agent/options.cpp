// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/options.hpp"

#include <glib.h>

#include <algorithm>
#include <cstdlib>

namespace hypnos::agent {
namespace {

/// As GOption fills it in; null where an option was not given.
struct Raw {
    gchar* method = nullptr;
    gchar* path = nullptr;
    gchar* power_method = nullptr;
    gchar* power_path = nullptr;
    gchar* root = nullptr;
    gboolean verbose = FALSE;
    gboolean version = FALSE;

    ~Raw() {
        for (gchar* text : {method, path, power_method, power_path, root}) g_free(text);
    }
};

constexpr const char* kSummary =
    "Speaks QEMU's guest agent protocol, puts this guest to sleep when the host asks, and tells "
    "the\n"
    "host when it is awake again.";

Result<void> parse(int argc, char** argv, Raw& raw) {
    const GOptionEntry entries[] = {
        {"method", 'm', 0, G_OPTION_ARG_STRING, &raw.method,
         "virtio-serial (default), isa-serial, unix-listen or vsock-listen", "METHOD"},
        {"path", 'p', 0, G_OPTION_ARG_FILENAME, &raw.path,
         "device, socket or CID:PORT; default /dev/virtio-ports/org.qemu.guest_agent.0", "PATH"},
        {"power-method", 0, 0, G_OPTION_ARG_STRING, &raw.power_method,
         "the same for the port with events; default as --method", "METHOD"},
        {"power-path", 0, 0, G_OPTION_ARG_FILENAME, &raw.power_path,
         "default /dev/virtio-ports/org.hypnos.power.0 with virtio-serial, else none", "PATH"},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &raw.root,
         "read and write /sys, /proc, /run, /etc and /dev below DIR (for tests)", "DIR"},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &raw.verbose, "log more", nullptr},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &raw.version, "print the version", nullptr},
        {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    GOptionContext* context = g_option_context_new(nullptr);
    g_option_context_set_summary(context, kSummary);
    g_option_context_add_main_entries(context, entries, nullptr);
    GError* error = nullptr;
    const bool parsed = g_option_context_parse(context, &argc, &argv, &error) == TRUE;
    g_option_context_free(context);
    if (parsed && argc == 1) return {};
    std::string message =
        parsed ? "unexpected operand '" + std::string(argv[1]) + "'" : error->message;
    g_clear_error(&error);
    return fail(ErrorCode::Usage, message + "; see hypnos-agent --help");
}

Result<Method> method_named(const char* name) {
    const auto found = std::find(kMethodNames.begin(), kMethodNames.end(), std::string_view(name));
    if (found != kMethodNames.end()) return static_cast<Method>(found - kMethodNames.begin());
    std::string known;
    for (std::string_view method : kMethodNames) known += " " + std::string(method);
    return fail(ErrorCode::Usage, "'" + std::string(name) + "' is no method; there are:" + known);
}

std::string default_path(Method method, const std::string& port, const Root& root) {
    if (method == Method::VirtioSerial) return root.path("/dev/virtio-ports/" + port);
    if (method == Method::IsaSerial) return root.path("/dev/ttyS0");
    return "";
}

Result<Endpoint> qemu_endpoint(const Raw& raw, const Root& root) {
    const Result<Method> method =
        method_named(raw.method != nullptr ? raw.method : "virtio-serial");
    if (!method) return fail(method.error());
    std::string path = raw.path != nullptr ? std::string(raw.path)
                                           : default_path(*method, "org.qemu.guest_agent.0", root);
    if (path.empty()) return fail(ErrorCode::Usage, "a listening method needs --path");
    return Endpoint{*method, path};
}

Result<std::optional<Endpoint>> power_endpoint(const Raw& raw, Method qemu, const Root& root) {
    const Result<Method> method =
        raw.power_method != nullptr ? method_named(raw.power_method) : Result<Method>(qemu);
    if (!method) return fail(method.error());
    if (raw.power_path != nullptr) return Endpoint{*method, raw.power_path};
    if (*method != Method::VirtioSerial) return std::nullopt;
    return Endpoint{*method, default_path(*method, "org.hypnos.power.0", root)};
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
    Raw raw;
    if (Result<void> parsed = parse(argc, argv, raw); !parsed) return fail(parsed.error());
    if (raw.version == TRUE) {
        g_print("hypnos-agent %s\n", HYPNOS_VERSION);
        exit(EXIT_SUCCESS);
    }
    if (raw.verbose == TRUE) g_setenv("G_MESSAGES_DEBUG", G_LOG_DOMAIN, TRUE);
    Options options;
    if (raw.root != nullptr) options.root = raw.root;
    if (options.root.empty()) return fail(ErrorCode::Usage, "--root needs a directory");
    const Root root(options.root);
    Result<Endpoint> qemu = qemu_endpoint(raw, root);
    if (!qemu) return fail(qemu.error());
    options.qemu = *qemu;
    Result<std::optional<Endpoint>> power = power_endpoint(raw, qemu->method, root);
    if (!power) return fail(power.error());
    options.power = *power;
    return options;
}

}  // namespace hypnos::agent
