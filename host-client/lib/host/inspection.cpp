// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "host/inspection.hpp"

#include <array>
#include <chrono>

#include "sleep/core/power_files.hpp"
#include "sleep/system/bus/block_inhibitors.hpp"
#include "sleep/system/bus/blocking_bus.hpp"
#include "sleep/system/bus/logind_names.hpp"
#include "sleep/system/facts/facts.hpp"

namespace hypnos {
namespace {

/// logind may be busy, for instance with the end of the sleep before.
constexpr std::chrono::seconds kBusLimit{10};

constexpr std::array kTargets = {HostTarget::Mem, HostTarget::Disk, HostTarget::Hybrid,
                                 HostTarget::S2idle};

bool offers_s2idle(const sleep::MachineFacts& machine) {
    return machine.state.offers("freeze") && machine.mem_sleep.offers("s2idle");
}

Finding no_s2idle(const sleep::MachineFacts& machine) {
    return {"pm.no-state", Severity::Block,
            std::string(sleep::power_files::kMemSleep) + ": " + machine.mem_sleep.text,
            "this kernel offers no s2idle; use one built with CONFIG_SUSPEND"};
}

constexpr const char* kNoAnswer = "no answer: ";

bool agrees(const std::string& answer) { return answer == "yes" || answer == "challenge"; }

Finding logind_refuses(HostTarget target, const std::string& answer) {
    const char* hint =
        "systemd-logind does not allow it; look at its polkit rules and at sleep.conf.d(5)";
    if (answer == "na")
        hint =
            "systemd-logind finds that this machine cannot do it; its journal, sleep.conf.d(5) and "
            "the other findings say why";
    if (answer.starts_with(kNoAnswer))
        hint = "systemd-logind is busy or hangs; look at its journal";
    return {"logind.refuses", Severity::Block,
            std::string(name_of(target)) + ": logind answers '" + answer + "'", hint};
}

const char* can_method(HostTarget target) {
    switch (target) {
        case HostTarget::Mem:
        case HostTarget::S2idle:
            return "CanSuspend";
        case HostTarget::Disk:
            return "CanHibernate";
        case HostTarget::Hybrid:
            return "CanHybridSleep";
    }
    return "";
}

/// "no answer: WHY" if there is none.
std::string ask_logind(const sleep::Root& root, HostTarget target) {
    namespace logind = sleep::logind;
    const auto bus = sleep::BlockingBus::connect(root, kBusLimit);
    if (!bus) return kNoAnswer + bus.error().message;
    const auto answer = bus->call(
        {logind::kName, logind::kPath, logind::kInterface, can_method(target)}, nullptr, "(s)");
    if (!answer) return kNoAnswer + answer.error().message;
    const char* word = "";
    g_variant_get(answer->get(), "(&s)", &word);
    return word;
}

TargetFacts look_at(const sleep::Power& power, HostBackend backend, HostTarget target) {
    TargetFacts known{.target = target, .logind_backend = backend == HostBackend::Logind};
    known.facts = sleep::read_power_facts(power, mode_of(target));
    if (known.logind_backend) known.logind_says = ask_logind(power.root, target);
    return known;
}

}  // namespace

SleepMode mode_of(HostTarget target) {
    switch (target) {
        case HostTarget::Disk:
            return SleepMode::Disk;
        case HostTarget::Hybrid:
            return SleepMode::Hybrid;
        case HostTarget::Mem:
        case HostTarget::S2idle:
            return SleepMode::Ram;
    }
    return SleepMode::Ram;
}

HostCapability judge(const TargetFacts& known) {
    const bool s2idle = known.target == HostTarget::S2idle;
    HostCapability capability{.target = known.target};
    capability.findings = sleep::preflight({.mode = mode_of(known.target),
                                            .require = s2idle ? Require::Any : Require::Deep,
                                            .force = known.force,
                                            .logind_backend = known.logind_backend},
                                           known.facts);
    if (s2idle && !offers_s2idle(known.facts.machine))
        capability.findings.push_back(no_s2idle(known.facts.machine));
    if (known.logind_backend && !agrees(known.logind_says))
        capability.findings.push_back(logind_refuses(known.target, known.logind_says));
    capability.works = sleep::first_blocker(capability.findings) == nullptr;
    return capability;
}

sleep::SleepPlan plan_for(HostTarget target, const sleep::PowerFacts& facts) {
    if (target != HostTarget::S2idle)
        return sleep::plan_sleep(mode_of(target), Require::Deep, facts);
    return {.mode = SleepMode::Ram,
            .deep = false,
            .mem_sleep = "s2idle",
            .state = "mem",
            .restore_mem_sleep = facts.machine.mem_sleep.chosen};
}

HostBackend resolve(HostBackend backend, const sleep::Root& root) {
    if (backend != HostBackend::Auto) return backend;
    if (!sleep::has_bus(root)) return HostBackend::Sysfs;
    const auto bus = sleep::BlockingBus::connect(root, kBusLimit);
    return bus && bus->has_owner(sleep::logind::kName) ? HostBackend::Logind : HostBackend::Sysfs;
}

HostCapabilities inspect_all(const sleep::Power& power, HostBackend backend) {
    HostCapabilities capabilities{.backend = resolve(backend, power.root)};
    for (const HostTarget target : kTargets)
        capabilities.targets.push_back(judge(look_at(power, capabilities.backend, target)));
    return capabilities;
}

Inspection inspect(const sleep::Power& power, HostBackend backend, HostTarget target, bool force) {
    Inspection inspection{.backend = resolve(backend, power.root)};
    TargetFacts known = look_at(power, inspection.backend, target);
    known.force = force;
    known.facts.inhibitors = sleep::block_inhibitors(power.root, kBusLimit);
    inspection.capability = judge(known);
    inspection.plan = plan_for(target, known.facts);
    return inspection;
}

}  // namespace hypnos
