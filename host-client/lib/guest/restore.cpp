// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/restore.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "glib/hub.hpp"
#include "text.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr milliseconds kPoll{100};
constexpr milliseconds kQuestion{2000};
constexpr milliseconds kClockMayBeOff{1000};

std::string mebibytes(std::int64_t bytes) { return std::to_string(bytes / kMiB) + " MiB"; }

std::int64_t realtime_ns() { return g_get_real_time() * 1000; }

}  // namespace

Restore::Restore(Ports& ports, const WakeOptions& options, milliseconds limit, Done done)
    : ports_(ports), options_(options), deadline_(host_now() + limit), done_(std::move(done)) {
    begin_balloon();
}

milliseconds Restore::remaining() const {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - host_now());
    return std::clamp(left, milliseconds(0), kQuestion);
}

void Restore::problem(const std::string& text) { restored_.problems.push_back(text); }

void Restore::begin_balloon() {
    if (!options_.balloon || !ports_.machine) return begin_clock();
    ports_.machine->balloon(remaining(), [this](const Result<Balloon>& balloon) {
        if (balloon && std::abs(balloon->now - *options_.balloon) < kMiB) {
            restored_.balloon = balloon->now;
            return begin_clock();
        }
        set_balloon();
    });
}

void Restore::set_balloon() {
    ports_.machine->set_balloon(*options_.balloon, remaining(), [this](const Result<void>& set) {
        if (set) return watch_balloon();
        problem("its memory could not be set to " + mebibytes(*options_.balloon) +
                " again: " + set.error().message);
        begin_clock();
    });
}

void Restore::watch_balloon() {
    ports_.machine->balloon(remaining(), [this](const Result<Balloon>& balloon) {
        if (balloon) return balloon_stands_at(balloon->now);
        problem("its memory could not be read again: " + balloon.error().message);
        begin_clock();
    });
}

void Restore::balloon_stands_at(std::int64_t bytes) {
    restored_.balloon = bytes;
    const bool reached = std::abs(bytes - *options_.balloon) < kMiB;
    if (!reached && remaining() > kPoll) {
        later_ = glib::hub::after(ports_.context, kPoll, [this] { watch_balloon(); });
        return;
    }
    if (!reached)
        problem("its memory was set to " + mebibytes(*options_.balloon) + " again and stands at " +
                mebibytes(bytes) + " so far");
    begin_clock();
}

void Restore::begin_clock() {
    if (!options_.set_time || ports_.listener() == nullptr) return finish();
    ask_clock(false);
}

void Restore::ask_clock(bool last) {
    const HostTime asked = host_now();
    ports_.listener()->call(
        "guest-get-time", {}, remaining(),
        [this, asked, last](const Result<Json>& reply) { clock_read(reply, asked, last); });
}

// The guest read its clock some time between the question and the answer.
void Restore::clock_read(const Result<Json>& guest_time, HostTime asked, bool last) {
    const std::optional<std::int64_t> ns = guest_time ? guest_time->integer() : std::nullopt;
    if (!ns && last) {
        restored_.clock_offset.reset();
        problem("its clock was set and could not be read again");
    }
    if (!ns) return finish();
    const auto half = std::chrono::duration_cast<std::chrono::nanoseconds>(host_now() - asked) / 2;
    std::int64_t off = 0;
    if (__builtin_sub_overflow(*ns, realtime_ns() - half.count(), &off)) off = INT64_MAX;
    restored_.clock_offset = milliseconds(off / 1'000'000);
    const bool right = std::chrono::abs(*restored_.clock_offset) <= kClockMayBeOff;
    if (!right && !last) return set_clock();
    if (!right) problem("its clock was set and is off by " + in_words(*restored_.clock_offset));
    finish();
}

void Restore::set_clock() {
    const Json arguments = Json::object({{"time", realtime_ns()}});
    ports_.listener()->call("guest-set-time", arguments, remaining(),
                            [this](const Result<Json>& set) {
                                restored_.clock_set = set.has_value();
                                if (set) return ask_clock(true);
                                problem("its clock is off by " + in_words(*restored_.clock_offset) +
                                        " and could not be set: " + set.error().message);
                                finish();
                            });
}

void Restore::finish() {
    later_ = glib::hub::soon(ports_.context, [this] {
        const Done done = std::move(done_);
        done(restored_);
    });
}

}  // namespace hypnos
