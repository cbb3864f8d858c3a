// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "bus.hpp"
#include "host.hpp"
#include "hypnos/loop.hpp"

namespace hypnos::cli::host {
namespace {

constexpr Synopsis kSynopsis{
    "host cancel", "[OPERATION]", "Calls off a sleep of this host that has not reached the kernel.",
    "OPERATION is what suspend and status print; unless given, whichever is under way.", false};

constexpr std::chrono::seconds kLimit{60};  // somebody may have to type a password

Error failed(const Error& error) {
    if (error.code != ErrorCode::Unreachable) return error;
    return {error.code, error.message +
                            "; is it running? A sleep of hypnosctl host suspend --direct is called "
                            "off where that runs, with Ctrl-C"};
}

Result<HostBus::Answer> call_off(const std::string& root, const std::string& operation) {
    const Result<HostBus> bus = HostBus::connect(sleep::Root(root));
    if (!bus) return fail(bus.error());
    return run<Result<HostBus::Answer>>(nullptr, [&](const HostBus::Done& done) {
        bus->call("Cancel", g_variant_new("(s)", operation.c_str()), "()", kLimit, done);
    });
}

}  // namespace

Exit cancel(const Words& words) {
    RootOption root;
    const auto rest = parse_options(kSynopsis, words, root.entries(), 0, 1);
    if (!rest) return complain(rest.error());
    const auto done = call_off(root.path(), rest->empty() ? "" : rest->front());
    if (!done) return complain(failed(done.error()));
    return print_line("called off"), Exit::Done;
}

}  // namespace hypnos::cli::host
