// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/loop.hpp"
#include "hypnos/protocol/reader.hpp"
#include "options.hpp"
#include "selecting.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "agent", "GUEST COMMAND [JSON-ARGUMENTS]",
    "Sends one command to the agent and prints what it returns, as JSON.",
    "COMMAND may also be a whole request, as in\n"
    "  hypnosctl agent agent=PATH '{\"execute\": \"guest-ping\"}'\n"
    "The commands guest-suspend-* return nothing on success: use hypnosctl suspend."};

struct Line {
    GuestSpec guest;
    Request request;
    std::chrono::milliseconds limit{};
};

Result<Json> read_argument(const std::string& text) {
    Result<Json> json = read_json(text);
    if (json) return json;
    return fail(ErrorCode::Usage, "'" + text + "' is not JSON: " + json.error().message);
}

Result<Request> parse_words(const Words& words) {
    if (words[1].front() != '{' && words.size() == 2) return Request{words[1], {}};
    const Result<Json> json = read_argument(words.back());
    if (!json) return fail(json.error());
    if (words.size() == 2) return parse_request(*json);
    if (json->is_object()) return Request{words[1], *json};
    return fail(ErrorCode::Usage, "the arguments must be a JSON object");
}

Result<GuestSpec> one_guest(const Selecting& selecting, const std::string& word) {
    const auto guests = selecting.select({word});
    if (!guests) return fail(guests.error());
    if (guests->size() == 1) return guests->front();
    return fail(ErrorCode::Usage, "'" + word + "' fits " + std::to_string(guests->size()) +
                                      " guests, and a command is for one");
}

Result<Line> parse(const Words& words) {
    Selecting selecting;
    double timeout = 30;
    const Entries own{{"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
                       "How long to wait for the reply (default: 30)", "SECONDS"}};
    const auto rest = parse_options(kSynopsis, words, selecting.entries() + own, 2, 3);
    if (!rest) return fail(rest.error());
    const Result<GuestSpec> guest = one_guest(selecting, rest->front());
    if (!guest) return fail(guest.error());
    const Result<Request> request = parse_words(*rest);
    if (!request) return fail(ErrorCode::Usage, request.error().message);
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    return Line{*guest, *request, *limit};
}

}  // namespace

Exit agent(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    Guest guest(context.get(), line->guest);
    const auto reply = run<Result<Json>>(context.get(), [&](const auto& done) {
        guest.call(line->request.execute, line->request.arguments, line->limit, done);
    });
    if (!reply) return complain(reply.error());
    print_line(reply->dump());
    return Exit::Done;
}

}  // namespace hypnos::cli
