// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Requests to sleep, to rehearse it, and to call it off.

#include <glib.h>

#include <algorithm>

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/wish.hpp"
#include "hypnos/protocol/arguments.hpp"
#include "sleep/system/uuid.hpp"

namespace hypnos::agent::commands {
namespace {

using std::chrono::milliseconds;

/// Clients of guest-suspend-* wait about 5 s for an error (libvirt's sync limit), so hooks get
/// less.
constexpr milliseconds kBareHooksBudget{3000};
constexpr milliseconds kHooksBudget{60000};

/// A deadline beyond this is a mistake; so is a wake alarm after more than a year.
constexpr milliseconds kDeadlineMax = std::chrono::minutes(20);
constexpr milliseconds kWakeAfterMax = std::chrono::hours(24 * 365);

CommandResult bare_suspend(SleepMode mode, const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    SuspendRequest request;
    request.mode = mode;
    request.transaction = new_uuid();
    request.hooks_budget = kBareHooksBudget;
    context.agent.suspender().request(request, context.caller, Suspender::OnAccept::SayNothing);
    return std::nullopt;
}

Result<void> check_range(const char* name, std::optional<std::int64_t> value, milliseconds limit) {
    if (!value || (*value > 0 && *value <= limit.count())) return {};
    return fail(std::string("Parameter '") + name + "' must be from 1 to " +
                std::to_string(limit.count()));
}

Result<SuspendRequest> read_suspend_request(const Json& arguments) {
    Arguments given(arguments);
    SuspendRequest request;
    read_wish(given, request);
    const auto transaction = given.optional_string("transaction");
    const auto deadline = given.optional_integer("deadline-ms");
    const auto wake_after = given.optional_integer("wake-after-ms");
    Result<void> checked = given.finish();
    if (checked && transaction && g_uuid_string_is_valid(transaction->c_str()) == FALSE)
        checked = fail("Parameter 'transaction' must be a UUID");
    if (checked) checked = check_range("deadline-ms", deadline, kDeadlineMax);
    if (checked) checked = check_range("wake-after-ms", wake_after, kWakeAfterMax);
    if (!checked) return fail(checked.error());
    request.transaction = transaction ? *transaction : new_uuid();
    request.hooks_budget = deadline ? milliseconds(*deadline) : kHooksBudget;
    if (wake_after) request.wake_after = milliseconds(*wake_after);
    return request;
}

}  // namespace

CommandResult guest_suspend_ram(const Context& context, const Json& arguments) {
    return bare_suspend(SleepMode::Ram, context, arguments);
}
CommandResult guest_suspend_disk(const Context& context, const Json& arguments) {
    return bare_suspend(SleepMode::Disk, context, arguments);
}
CommandResult guest_suspend_hybrid(const Context& context, const Json& arguments) {
    return bare_suspend(SleepMode::Hybrid, context, arguments);
}

CommandResult hypnos_suspend(const Context& context, const Json& arguments) {
    Result<SuspendRequest> request = read_suspend_request(arguments);
    if (!request) return fail(request.error());
    context.agent.suspender().request(*request, context.caller, Suspender::OnAccept::Reply);
    return std::nullopt;
}

CommandResult hypnos_cancel(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const auto transaction = given.optional_string("transaction");
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    const Result<void> cancelled = context.agent.suspender().cancel(transaction.value_or(""));
    if (!cancelled) return fail(cancelled.error());
    return Json::object();
}

CommandResult hypnos_rehearse(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    context.agent.suspender().rehearse(context.caller);
    return std::nullopt;
}

}  // namespace hypnos::agent::commands
