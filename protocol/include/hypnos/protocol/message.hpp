// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The envelopes of QEMU's agent protocol, and events in QMP's shape:
//
//   request   {"execute": NAME, "arguments": {...}?, "id": any?}
//   success   {"return": value, "id": any?}
//   failure   {"error": {"class": CLASS, "desc": TEXT, "data": {...}?}, "id": any?}
//   event     {"event": NAME, "data": {...}, "timestamp": {"seconds": N, "microseconds": N}}
//
// Texts of refused requests are qemu-ga's, letter for letter: clients match on them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hypnos/protocol/error.hpp"
#include "hypnos/protocol/json.hpp"

namespace hypnos {

struct Request {
    std::string execute;
    Json arguments = Json::object();
};

[[nodiscard]] Result<Request> parse_request(const Json& message);

/// The member `id` of a request, also of one that parse_request refuses; none above its limit.
[[nodiscard]] std::optional<Json> request_id(const Json& message);

/// `arguments` null: none are sent.
[[nodiscard]] Json make_request(const std::string& execute, const Json& arguments,
                                const std::optional<Json>& id);

/// The same as text, with its newline.
[[nodiscard]] std::string request_line(const std::string& execute, const Json& arguments,
                                       std::int64_t id);

[[nodiscard]] Json success_reply(const Json& value, const std::optional<Json>& id);
[[nodiscard]] Json error_reply(const Error& error, const std::optional<Json>& id);

/// What a reply says: the value of `return`, or the error. Fails also for what is no reply.
[[nodiscard]] Result<Json> parse_reply(const Json& message);

struct Event {
    std::string name;
    Json data = Json::object();
    std::int64_t realtime_us = 0;  ///< CLOCK_REALTIME
};

[[nodiscard]] Json to_json(const Event& event);
[[nodiscard]] std::optional<Event> parse_event(const Json& message);

}  // namespace hypnos
