// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/preflight_operation.hpp"

#include <algorithm>
#include <utility>

namespace hypnos {
namespace {

constexpr std::size_t kFindingsMost = 256;  // a guest may send any number

}  // namespace

PreflightOperation::PreflightOperation(Ports& ports, SleepMode mode,
                                       std::chrono::milliseconds limit, Done done)
    : Operation(ports, limit, std::move(done)), mode_(mode) {
    open_machine();
    open_agent();
}

void PreflightOperation::open_machine() {
    if (!ports().machine) return machine_came(fail(ErrorCode::Usage, "no qmp= was given"));
    ports().machine->open(std::min(kConnectLimit, remaining()), [this](const Result<void>& opened) {
        if (!opened) return machine_came(fail(opened.error()));
        ports().machine->facts(remaining(),
                               [this](const Result<MachineFacts>& facts) { machine_came(facts); });
    });
}

void PreflightOperation::machine_came(const Result<MachineFacts>& facts) {
    machine_ = facts;
    report_if_complete();
}

void PreflightOperation::open_agent() {
    if (ports().control() == nullptr)
        return agent_came(fail(ErrorCode::Usage, "no agent= and no power= was given"));
    const auto limit = std::min(kConnectLimit, remaining());
    ports().control()->open(limit, [this](const Result<void>& opened) {
        if (!opened) return agent_came(fail(opened.error()));
        agent_facts_.answers = true;
        ask_status();
    });
}

void PreflightOperation::ask_status() {
    ports().control()->call("hypnos-status", {}, remaining(), [this](const Result<Json>& status) {
        agent_facts_.is_hypnos = status || status.error().code != ErrorCode::CommandNotFound;
        status ? ask_findings() : agent_came(fail(status.error()));
    });
}

void PreflightOperation::ask_findings() {
    const Json arguments = Json::object({{"mode", name_of(mode_)}});
    ports().control()->call("hypnos-preflight", arguments, remaining(),
                            [this](const Result<Json>& findings) { agent_came(findings); });
}

void PreflightOperation::agent_came(const Result<Json>& findings) {
    agent_ = findings;
    report_if_complete();
}

void PreflightOperation::report_if_complete() {
    if (!machine_ || !agent_) return;
    const bool half_told = agent_facts_.is_hypnos && !*agent_;
    if (half_told || (!*machine_ && !agent_facts_.answers)) return finish(fail(agent_->error()));
    PreflightReport report;
    for (const Finding& finding :
         host_findings(machine_->value_or(MachineFacts{}), agent_facts_, mode_))
        report.findings.push_back(to_json(finding));
    if (*agent_)
        for (const Json& finding : (**agent_)["findings"].elements())
            report.findings.push_back(finding);
    report.works = *agent_ && std::none_of(report.findings.begin(), report.findings.end(),
                                           [](const Json& finding) {
                                               return finding["severity"] == Json("block");
                                           });
    report.findings.resize(std::min(report.findings.size(), kFindingsMost));
    finish(report);
}

}  // namespace hypnos
