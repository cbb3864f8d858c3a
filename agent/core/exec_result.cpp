// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/core/exec_result.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <array>

#include "agent/core/base64.hpp"

namespace hypnos::agent {
namespace {

/// As in Capture.
constexpr std::array<std::string_view, 5> kNames = {"none", "stdout", "stderr", "separated",
                                                    "merged"};

Result<Capture> capture_named(const std::string& name) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found != kNames.end()) return static_cast<Capture>(found - kNames.begin());
    return fail("Parameter 'capture-output' does not accept value " + in_quotes(name));
}

/// A stream that was empty is not told of.
void add_stream(Json& reply, const std::string& name, const CapturedStream& stream) {
    if (stream.bytes().empty()) return;
    reply.set(name + "-data", base64_encode(stream.bytes()));
    reply.set(name + "-truncated", stream.truncated());
}

}  // namespace

Result<Capture> capture_mode(const std::optional<Json>& argument) {
    if (!argument) return Capture::None;
    if (const std::optional<bool> all = argument->boolean())
        return *all ? Capture::Separated : Capture::None;
    if (const std::optional<std::string> name = argument->string()) return capture_named(*name);
    return fail("Invalid parameter type for 'capture-output', expected: GuestExecCaptureOutput");
}

void CapturedStream::take(std::string_view bytes) {
    const std::size_t room = kKept - bytes_.size();
    truncated_ = truncated_ || bytes.size() > room;
    bytes_.append(bytes.substr(0, room));
}

Json to_json(const ExecResult* result) {
    Json reply = Json::object({{"exited", result != nullptr}});
    if (result == nullptr) return reply;
    if (WIFSIGNALED(result->wait_status))
        reply.set("signal", WTERMSIG(result->wait_status));
    else
        reply.set("exitcode", WEXITSTATUS(result->wait_status));
    add_stream(reply, "out", result->output);
    add_stream(reply, "err", result->errors);
    return reply;
}

}  // namespace hypnos::agent
