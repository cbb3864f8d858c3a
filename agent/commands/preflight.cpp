// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Would it sleep, and how.

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

Json mode_json(SleepMode mode, const PowerFacts& facts, bool logind) {
    const auto findings_for = [&](Require require) {
        return preflight({.mode = mode, .require = require, .logind_backend = logind}, facts);
    };
    const std::vector<Finding> strict = findings_for(Require::Deep);
    Json findings = Json::array();
    for (const Finding& finding : strict) findings.append(to_json(finding));
    Json result = Json::object({{"mode", name_of(mode)},
                                {"works", first_blocker(strict) == nullptr},
                                {"findings", findings}});
    const bool any = first_blocker(findings_for(Require::Any)) == nullptr;
    if (mode != SleepMode::Disk && any)
        result.set("depth", plan_sleep(mode, Require::Any, facts).deep ? "deep" : "s2idle");
    return result;
}

}  // namespace

CommandResult hypnos_preflight(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    PreflightQuestion question;
    question.mode = static_cast<SleepMode>(given.choice("mode", kSleepModeNames));
    question.require =
        static_cast<Require>(given.optional_choice("require", kRequireNames).value_or(0));
    question.force = given.optional_boolean("force").value_or(false);
    question.logind_backend = context.agent.config().backend == Backend::Logind;
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    context.agent.preflights().ask(question, context.caller);
    return std::nullopt;
}

CommandResult hypnos_capabilities(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const Backend backend = context.agent.config().backend;
    const PowerFacts facts = read_power_facts(context.agent.power(), SleepMode::Ram);
    Json modes = Json::array();
    for (const SleepMode mode : {SleepMode::Ram, SleepMode::Disk, SleepMode::Hybrid})
        modes.append(mode_json(mode, facts, backend == Backend::Logind));
    return Json::object({{"backend", name_of(backend)}, {"modes", modes}});
}

}  // namespace hypnos::agent::commands
