// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Does one thing with a domain of libvirt and prints what came of it as JSON lines:
//
//   libvirt_probe URI list
//   libvirt_probe URI DOMAIN agent|power suspend ram|disk
//   libvirt_probe URI DOMAIN agent|power wake
//   libvirt_probe URI DOMAIN agent|power status
//   libvirt_probe URI DOMAIN agent|power call COMMAND [ARGUMENTS]
//   libvirt_probe URI DOMAIN agent|power balloon [BYTES]
//   libvirt_probe URI DOMAIN agent|power watch        until killed
//   libvirt_probe URI DOMAIN power read COUNT         asks COUNT times, reads the replies
//   libvirt_probe URI DOMAIN power slowly COUNT       the same, request by request
//   libvirt_probe URI DOMAIN power hold COUNT         as read, but reads only what is left when
//                                                     the other side has ended the connection

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/guest.hpp"
#include "hypnos/loop.hpp"
#include "hypnos/protocol/reader.hpp"
#include "hypnos/report.hpp"
#include "libvirt/libvirt.hpp"

namespace {

using namespace hypnos;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

constexpr auto kLimit = 30s;

void print(const Json& line) {
    std::puts(line.dump().c_str());
    std::fflush(stdout);
}

int print_error(const Error& error) {
    print(error_json("", "probe", error));
    return 1;
}

int list(const std::string& uri) {
    const auto specs = libvirt::list_domains(uri);
    if (!specs) return print_error(specs.error());
    for (const GuestSpec& spec : *specs)
        print(Json::object({{"name", spec.name}, {"agent", spec.agent}, {"power", spec.power}}));
    return 0;
}

int suspend(GMainContext* context, Guest& guest, const std::string& mode) {
    SuspendOptions options;
    options.mode = mode == "disk" ? SleepMode::Disk : SleepMode::Ram;
    const auto report =
        run<Result<SuspendReport>>(context, [&](auto done) { guest.suspend(options, done); });
    if (!report) return print_error(report.error());
    print(to_json(guest.spec().name, options.mode, *report));
    return 0;
}

int wake(GMainContext* context, Guest& guest) {
    WakeOptions options;
    options.limit = 60s;
    const auto report =
        run<Result<WakeReport>>(context, [&](auto done) { guest.wake(options, done); });
    if (!report) return print_error(report.error());
    print(to_json(guest.spec().name, *report));
    return 0;
}

int status(GMainContext* context, Guest& guest) {
    print(to_json(guest.spec().name,
                  run<GuestStatus>(context, [&](auto done) { guest.status(kLimit, done); })));
    return 0;
}

int call(GMainContext* context, Guest& guest, const Words& words) {
    const Json arguments = words.size() > 5 ? read_json(words[5]).value_or(Json()) : Json();
    const auto reply = run<Result<Json>>(
        context, [&](auto done) { guest.call(words[4], arguments, kLimit, done); });
    if (!reply) return print_error(reply.error());
    print(*reply);
    return 0;
}

int balloon(GMainContext* context, const GuestSpec& spec, const Words& words) {
    const auto machine = libvirt::monitor(context, spec);
    if (words.size() > 4) {
        const auto set = run<Result<void>>(
            context, [&](auto done) { machine->set_balloon(std::stoll(words[4]), kLimit, done); });
        if (!set) return print_error(set.error());
    }
    const auto balloon =
        run<Result<Balloon>>(context, [&](auto done) { machine->balloon(kLimit, done); });
    if (!balloon) return print_error(balloon.error());
    print(Json::object({{"now", balloon->now}, {"most", balloon->most}}));
    return 0;
}

int watch(GMainContext* context, Guest& guest) {
    const auto events = guest.events(
        {.on_event =
             [](const WatchedEvent& seen) {
                 print(Json::object({{"port", seen.port}, {"event", seen.event.name}}));
             },
         .on_note =
             [](const std::string& note) {
                 print(Json::object({{"note", note}}));
             }});
    for (;;) g_main_context_iteration(context, TRUE);
}

struct Received {
    std::int64_t bytes = 0, replies = 0;
};

/// Until there were so many replies or the other side ends. Events come between them.
Received receive(int socket, std::int64_t replies) {
    Received sum;
    std::array<char, 65536> buffer;
    std::string text;
    for (pollfd entry{socket, POLLIN, 0}; sum.replies < replies && poll(&entry, 1, 60000) == 1;) {
        const ssize_t got = recv(socket, buffer.data(), buffer.size(), 0);
        if (got <= 0) break;
        sum.bytes += got;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
            sum.replies += text.starts_with("{\"return\"") ? 1 : 0;
    }
    return sum;
}

void ask_often(int socket, int count) {
    std::string requests;
    for (int i = 0; i < count; ++i) requests += "{\"execute\": \"guest-info\"}\n";
    while (!requests.empty()) {
        pollfd entry{socket, POLLOUT, 0};
        if (poll(&entry, 1, 60000) != 1) return;
        const ssize_t sent = send(socket, requests.data(), requests.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        requests.erase(0, static_cast<std::size_t>(sent));
    }
}

/// Request by request, each taken by the other side before the next.
void ask_slowly(int socket, int count) {
    const std::string request = "{\"execute\": \"guest-ping\"}\n";
    for (int i = 0; i < count; ++i) {
        (void)send(socket, request.data(), request.size(), MSG_NOSIGNAL);
        for (int left = 1; left != 0;) ioctl(socket, SIOCOUTQ, &left);
    }
}

UniqueFd connect(GMainContext* context, Connector& connector) {
    UniqueFd socket;
    bool over = false;
    connector.connect([&](Result<UniqueFd> opened) {
        over = true;
        if (opened)
            socket = *std::move(opened);
        else
            print_error(opened.error());
    });
    while (!over) g_main_context_iteration(context, TRUE);
    return socket;
}

int raw(GMainContext* context, const GuestSpec& spec, const std::string& verb, int count) {
    const auto connector = libvirt::channel(context, spec, spec.power);
    const UniqueFd socket = connect(context, *connector);
    if (!socket) return 1;
    const bool hold = verb == "hold";
    verb == "slowly" ? ask_slowly(socket.get(), count) : ask_often(socket.get(), count);
    print(Json::object({{"asked", count}}));
    pollfd end{socket.get(), 0, 0};
    if (hold) poll(&end, 1, 60000);
    const Received sum = receive(socket.get(), hold ? INT64_MAX : count);
    print(Json::object({{"bytes", sum.bytes}, {"replies", sum.replies}}));
    return 0;
}

int domain(const Words& words) {
    GuestSpec spec;
    spec.uri = words[0];
    spec.name = spec.domain = words[1];
    (words[2] == "agent" ? spec.agent : spec.power) =
        words[2] == "agent" ? "org.qemu.guest_agent.0" : "org.hypnos.power.0";
    const MainContext context;
    const std::string& verb = words[3];
    if (verb == "balloon") return balloon(context.get(), spec, words);
    if (verb == "read" || verb == "hold" || verb == "slowly")
        return raw(context.get(), spec, verb, std::stoi(words[4]));
    Guest guest(context.get(), spec);
    if (verb == "suspend") return suspend(context.get(), guest, words[4]);
    if (verb == "wake") return wake(context.get(), guest);
    if (verb == "call") return call(context.get(), guest, words);
    if (verb == "watch") return watch(context.get(), guest);
    return status(context.get(), guest);
}

}  // namespace

int main(int count, char** arguments) {
    const Words words(arguments + 1, arguments + count);
    if (words.size() == 2) return list(words[0]);
    return domain(words);
}
