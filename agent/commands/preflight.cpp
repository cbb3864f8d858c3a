// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether a sleep would work: at a glance for all modes, thoroughly for one.

#include "sleep/core/preflight.hpp"

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/wish.hpp"
#include "hypnos/protocol/arguments.hpp"
#include "sleep/system/facts/facts.hpp"

namespace hypnos::agent::commands {
namespace {

Json mode_json(SleepMode mode, const PowerFacts& facts, bool logind) {
    PreflightQuestion question{.mode = mode, .logind_backend = logind};
    Json result = preflight_json(mode, preflight(question, facts));
    question.require = Require::Any;
    const bool any = first_blocker(preflight(question, facts)) == nullptr;
    if (mode != SleepMode::Disk && any)
        result.set("depth", plan_sleep(mode, Require::Any, facts).deep ? "deep" : "s2idle");
    return result;
}

Result<PreflightQuestion> read_question(const Json& arguments) {
    Arguments given(arguments);
    PreflightQuestion question;
    read_wish(given, question);
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return question;
}

}  // namespace

CommandResult hypnos_capabilities(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const Backend backend = context.agent.config().backend;
    const PowerFacts facts = read_quick_facts(context.agent.power(), StandingByCounts::Yes);
    Json modes = Json::array();
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid})
        modes.append(mode_json(mode, facts, backend == Backend::Logind));
    return Json::object({{"backend", name_of(backend)}, {"modes", modes}});
}

CommandResult hypnos_preflight(const Context& context, const Json& arguments) {
    Result<PreflightQuestion> question = read_question(arguments);
    if (!question) return fail(question.error());
    question->logind_backend = context.agent.config().backend == Backend::Logind;
    context.agent.preflights().ask(*question, context.caller);
    return std::nullopt;
}

}  // namespace hypnos::agent::commands
