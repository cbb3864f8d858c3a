// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/loop.hpp"
#include "hypnos/protocol/reader.hpp"
#include "hypnos/session.hpp"
#include "options.hpp"
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
    std::string path;
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

Result<Line> parse(const Words& words) {
    double timeout = 30;
    const GOptionEntry entries[] = {{"timeout", 0, 0, G_OPTION_ARG_DOUBLE, &timeout,
                                     "How long to wait for the reply (default: 30)", "SECONDS"},
                                    {}};
    const auto rest = parse_options(kSynopsis, words, entries, 2, 3);
    if (!rest) return fail(rest.error());
    const Result<GuestSpec> spec = parse_guest_spec(rest->front());
    if (!spec) return fail(spec.error());
    const std::string& path = spec->agent.empty() ? spec->power : spec->agent;
    if (path.empty()) return fail(ErrorCode::Usage, "agent= or power= is needed");
    const Result<Request> request = parse_words(*rest);
    if (!request) return fail(ErrorCode::Usage, request.error().message);
    const auto limit = parse_seconds("--timeout", timeout);
    if (!limit) return fail(limit.error());
    return Line{path, *request, *limit};
}

}  // namespace

Exit agent(const Words& words) {
    const Result<Line> line = parse(words);
    if (!line) return complain(line.error());
    const MainContext context;
    AgentSession session(context.get(), line->path);
    const auto opened = run<Result<void>>(context.get(), [&](const auto& done) {
        session.open(std::min<std::chrono::milliseconds>(line->limit, std::chrono::seconds(5)),
                     done);
    });
    if (!opened) return complain(opened.error());
    const auto reply = run<Result<Json>>(context.get(), [&](const auto& done) {
        session.call(line->request.execute, line->request.arguments, line->limit, done);
    });
    if (!reply) return complain(reply.error());
    print_line(reply->dump());
    return Exit::Done;
}

}  // namespace hypnos::cli
