// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/pending_calls.hpp"

#include <algorithm>
#include <utility>

#include "glib/hub.hpp"

namespace hypnos {
namespace {

constexpr std::chrono::milliseconds kMost = std::chrono::hours(24 * 365);  // that numbers can hold

}  // namespace

// Numbers start anywhere, so that a late reply to somebody who used the port before us fits none.
PendingCalls::PendingCalls(GMainContext* context)
    : context_(context), next_id_(std::int64_t{g_random_int()} << 20) {}

std::int64_t PendingCalls::add(std::chrono::milliseconds limit, Text silence, Done done) {
    const std::int64_t id = next_id_++;
    const Microseconds deadline = g_get_monotonic_time() + std::chrono::microseconds(limit).count();
    calls_[id] = Call{std::move(done), std::move(silence), deadline, {}};
    if (!timer_ || deadline < timer_due_) watch(deadline);
    return id;
}

void PendingCalls::watch(Microseconds deadline) {
    timer_due_ = deadline;
    const std::chrono::microseconds left(deadline - g_get_monotonic_time());
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(left);
    timer_ = glib::hub::after(context_, delay, [this] { look(); });
}

/// Ends one that is late, and looks again; who is told may destroy this.
void PendingCalls::look() {
    timer_.reset();
    const auto next = std::min_element(
        calls_.begin(), calls_.end(),
        [](const auto& a, const auto& b) { return a.second.deadline < b.second.deadline; });
    if (next == calls_.end()) return;
    watch(next->second.deadline);
    if (next->second.deadline > g_get_monotonic_time()) return;
    finish(next->first, fail(ErrorCode::TimedOut, next->second.silence()));
}

bool PendingCalls::finish(std::int64_t id, const Result<Json>& result) {
    const auto node = calls_.extract(id);
    if (node.empty()) return false;
    node.mapped().done(result);
    return true;
}

void PendingCalls::fail_later(std::int64_t id, const Error& error) {
    calls_.at(id).failing =
        glib::hub::soon(context_, [this, id, error] { finish(id, tl::unexpected(error)); });
}

void PendingCalls::fail_all_later(const Error& error) {
    for (const auto& entry : calls_) fail_later(entry.first, error);
}

}  // namespace hypnos
