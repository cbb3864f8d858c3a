// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/message.hpp"

#include <utility>

#include "hypnos/protocol/limits.hpp"
#include "text.hpp"

namespace hypnos {
namespace {

constexpr std::size_t kUsualLine = 96;
constexpr std::int64_t kMicrosecondsPerSecond = 1000000;

Json with_id(Json reply, const std::optional<Json>& id) {
    if (id) reply.set("id", *id);
    return reply;
}

const char* wire_class(ErrorCode code) {
    return code == ErrorCode::CommandNotFound ? "CommandNotFound" : "GenericError";
}

ErrorCode code_of(const Json& error) {
    if (error["class"] == Json("CommandNotFound")) return ErrorCode::CommandNotFound;
    if (error["data"]["outcome"] == Json("refused")) return ErrorCode::Refused;
    return ErrorCode::Generic;
}

tl::unexpected<Error> wrong_input(const std::string& what) { return fail("QMP input " + what); }

std::size_t weight(const Json& value) {
    std::size_t sum = 8 + value.string().value_or("").size();
    for (const Json& element : value.elements()) sum += weight(element);
    for (const std::string& name : value.names()) sum += name.size() + weight(value[name]);
    return sum;
}

Result<void> check_member(const std::string& name, const Json& value) {
    const std::string member = "member " + in_quotes(name);
    if (name == "id") {
        if (weight(value) > limits::kIdWeight) return wrong_input(member + " is too large");
        return {};
    }
    if (name == "execute") {
        if (value.type() != Json::Type::String) return wrong_input(member + " must be a string");
    } else if (name == "arguments") {
        if (!value.is_object()) return wrong_input(member + " must be an object");
    } else {
        return wrong_input(member + " is unexpected");
    }
    return {};
}

}  // namespace

Result<Request> parse_request(const Json& message) {
    if (!message.is_object()) return wrong_input("must be a JSON object");
    for (const std::string& name : message.names()) {
        if (Result<void> checked = check_member(name, message[name]); !checked)
            return fail(checked.error());
    }
    std::optional<std::string> execute = message["execute"].string();
    if (!execute) return wrong_input("lacks member 'execute'");
    return Request{*std::move(execute),
                   message.has("arguments") ? message["arguments"] : Json::object()};
}

std::optional<Json> request_id(const Json& message) {
    if (!message.has("id") || weight(message["id"]) > limits::kIdWeight) return std::nullopt;
    return message["id"];
}

Json make_request(const std::string& execute, const Json& arguments,
                  const std::optional<Json>& id) {
    Json request = Json::object({{"execute", execute}});
    if (!arguments.is_null()) request.set("arguments", arguments);
    return with_id(request, id);
}

std::string request_line(const std::string& execute, const Json& arguments, std::int64_t id) {
    std::string line;
    line.reserve(kUsualLine);
    line += "{\"execute\":";
    append_json_string(line, make_utf8(execute));
    if (!arguments.is_null()) line += ",\"arguments\":" + arguments.dump();
    return line += ",\"id\":" + std::to_string(id) + "}\n";
}

Json success_reply(const Json& value, const std::optional<Json>& id) {
    return with_id(Json::object({{"return", value}}), id);
}

Json error_reply(const Error& error, const std::optional<Json>& id) {
    Json body = Json::object({{"class", wire_class(error.code)}, {"desc", error.message}});
    if (!error.data.is_null()) body.set("data", error.data);
    return with_id(Json::object({{"error", body}}), id);
}

Result<Json> parse_reply(const Json& message) {
    if (message.has("return")) return message["return"];
    const Json error = message["error"];
    if (!error.is_object())
        return fail("the peer sent something that is no reply: " + message.dump());
    return fail(Error{code_of(error), error["desc"].string().value_or("(no text)"), error["data"]});
}

Json to_json(const Event& event) {
    const Json timestamp =
        Json::object({{"seconds", event.realtime_us / kMicrosecondsPerSecond},
                      {"microseconds", event.realtime_us % kMicrosecondsPerSecond}});
    return Json::object({{"event", event.name}, {"data", event.data}, {"timestamp", timestamp}});
}

std::optional<Event> parse_event(const Json& message) {
    const std::optional<std::string> name = message["event"].string();
    if (!name) return std::nullopt;
    const Json stamp = message["timestamp"];
    const std::int64_t seconds = stamp["seconds"].integer().value_or(0);
    const std::int64_t microseconds = stamp["microseconds"].integer().value_or(0);
    // QEMU sends -1 when it cannot read its clock; a hostile guest sends anything.
    const bool sane = seconds >= 0 && seconds < (std::int64_t{1} << 40) && microseconds >= 0 &&
                      microseconds < kMicrosecondsPerSecond;
    return Event{*name, message["data"],
                 sane ? seconds * kMicrosecondsPerSecond + microseconds : 0};
}

}  // namespace hypnos
