// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "echo.hpp"

#include <sys/socket.h>

#include <array>

#include "sockets.hpp"

namespace hypnos::fleet {
namespace {

constexpr const char* kPing = "{\"execute\":\"guest-ping\"}\n";
constexpr const char* kStatus = "{\"execute\":\"hypnos-status\"}\n";
constexpr const char* kQueryStatus = "{\"execute\":\"query-status\"}\n";  // QMP has no ping

/// Reads what there is; whether it ends a line.
bool read_line(int fd) {
    std::array<char, 4096> buffer;
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) die("a bare echo got no reply");
    return buffer[static_cast<std::size_t>(got) - 1] == '\n';
}

}  // namespace

Echo::Echo(const std::vector<GuestSpec>& guests) {
    lines_.reserve(2 * guests.size());
    for (const GuestSpec& guest : guests) {
        if (!guest.agent.empty()) add(guest.agent, kPing, kStatus);
        if (guest.qmp.empty()) continue;
        add(guest.qmp, kQueryStatus, kQueryStatus);
        while (!read_line(lines_.back().fd.get())) continue;  // its greeting
    }
    for (const Line& line : lines_) loop_.add(line.fd.get(), [this, &line] { reply_came(line); });
}

void Echo::add(const std::string& path, const char* request, const char* status) {
    lines_.push_back({connect_to(path), request, status});
}

void Echo::reply_came(const Line& line) {
    if (read_line(line.fd.get())) --pending_;
}

Cost Echo::all_at_once() { return at_once(&Line::request); }
Cost Echo::status_at_once() { return at_once(&Line::status); }

Cost Echo::at_once(const char* Line::*request) {
    const Stopwatch stopwatch;
    pending_ = lines_.size();
    for (const Line& line : lines_) send_all(line.fd.get(), line.*request);
    while (pending_ > 0) loop_.turn();
    return stopwatch.stop();
}

Cost Echo::one_after_the_other() {
    const Stopwatch stopwatch;
    for (const Line& line : lines_) {
        send_all(line.fd.get(), line.request);
        while (!read_line(line.fd.get())) continue;
    }
    return stopwatch.stop();
}

}  // namespace hypnos::fleet
