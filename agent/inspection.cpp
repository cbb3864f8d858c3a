// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/inspection.hpp"

#include "agent/system/hooks/search.hpp"
#include "agent/system/transaction_store.hpp"
#include "sleep/system/bus/block_inhibitors.hpp"
#include "sleep/system/facts/facts.hpp"
#include "sleep/system/power/evidence.hpp"

namespace hypnos::agent {
namespace {

PowerFacts read_facts(const Power& power, SleepMode mode) {
    PowerFacts facts = read_power_facts(power, mode, StandingByCounts::Yes);
    facts.inhibitors = block_inhibitors(power.root);
    return facts;
}

}  // namespace

std::vector<Finding> find_obstacles(const Power& power, const PreflightQuestion& question) {
    return preflight(question, read_facts(power, question.mode));
}

Inspection inspect(const Power& power, const Config& config, const SuspendRequest& request) {
    TransactionStore(power.root).wait_until_writable();
    std::string wakeup_count = read_wakeup_count(power.root);  // first: what comes later counts
    const PowerFacts facts = read_facts(power, request.mode);
    Inspection inspection;
    inspection.findings = preflight({.mode = request.mode,
                                     .require = request.require,
                                     .force = request.force,
                                     .logind_backend = config.backend == Backend::Logind},
                                    facts);
    inspection.hooks = find_hooks(power.root, config, request.mode);
    inspection.plan = plan_sleep(request.mode, request.require, facts);
    inspection.plan.wakeup_count = std::move(wakeup_count);
    return inspection;
}

}  // namespace hypnos::agent
