// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "wire/pending_calls.hpp"

#include <utility>

#include "glib/hub.hpp"

namespace hypnos {

// Numbers start anywhere, so that a late reply to somebody who used the port before us fits none.
PendingCalls::PendingCalls(GMainContext* context)
    : context_(context), next_id_(std::int64_t{g_random_int()} << 20) {}

std::int64_t PendingCalls::add(std::chrono::milliseconds limit, Text silence, Done done) {
    const std::int64_t id = next_id_++;
    calls_[id] = Call{std::move(done),
                      glib::hub::after(context_, limit, [this, id, silence = std::move(silence)] {
                          finish(id, fail(ErrorCode::TimedOut, silence()));
                      })};
    return id;
}

bool PendingCalls::finish(std::int64_t id, const Result<Json>& result) {
    const auto node = calls_.extract(id);
    if (node.empty()) return false;
    node.mapped().done(result);
    return true;
}

void PendingCalls::fail_later(std::int64_t id, const Error& error) {
    calls_.at(id).timer =
        glib::hub::soon(context_, [this, id, error] { finish(id, tl::unexpected(error)); });
}

void PendingCalls::fail_all_later(const Error& error) {
    for (const auto& entry : calls_) fail_later(entry.first, error);
}

}  // namespace hypnos
