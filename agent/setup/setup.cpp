// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/setup.hpp"

#include <glib.h>

#include <algorithm>

#include "agent/setup/apply.hpp"
#include "agent/setup/core/checks.hpp"
#include "agent/setup/core/plan.hpp"
#include "agent/setup/system/boot_files.hpp"
#include "agent/setup/system/kernel_proof.hpp"
#include "agent/setup/system/places.hpp"
#include "agent/setup/system/swap_file.hpp"

namespace hypnos::setup {
namespace {

using State = SetupRecord::State;
using Verb = CommandLine::Verb;

bool makes_swap(const Change& change) { return std::holds_alternative<MakeSwap>(change.what); }

/// What only a running system can do, or whose tools would be the wrong ones.
bool is_for_running(const Change& change) {
    return !std::holds_alternative<WriteFile>(change.what) &&
           !std::holds_alternative<RemoveSwap>(change.what);
}

/// A warning, or a blocker that is not about the set-up itself.
bool is_ours(const Finding& finding) {
    return finding.severity == Severity::Block && finding.code.starts_with("setup.");
}

}  // namespace

Result<Report> Setup::run() {
    if (line_.verb != Verb::Plan)
        if (Result<void> locked = store_.lock(); !locked) return fail(locked.error());
    Result<std::optional<SetupRecord>> loaded = store_.load();
    if (!loaded) return fail(loaded.error());
    record_ = *std::move(loaded);
    switch (line_.verb) {
        case Verb::Plan:
            return plan();
        case Verb::Apply:
            return apply();
        case Verb::Verify:
            return verify();
        case Verb::Undo:
            return undo();
    }
    return fail("no such verb");
}

Result<Report> Setup::plan() {
    const Options options = merged(line_, record_);
    const Facts facts = facts_.read(options, record_);
    Plan plan = make_plan(options, facts, record_);
    return Report{.verb = line_.verb,
                  .swap = plan.swap,
                  .swap_why = plan.swap_why,
                  .changes = std::move(plan.changes),
                  .findings = std::move(plan.refusals),
                  .at_boot = facts.offline};
}

Result<Report> Setup::apply() {
    Result<Report> planned = plan();
    const bool nothing = planned->changes.empty() && record_ &&
                         (record_->state == State::Applied || record_->state == State::Pending) &&
                         record_->options == merged(line_, record_);
    if (!planned->findings.empty() || nothing) return planned;
    if (Result<void> begun = begin(merged(line_, record_)); !begun) return fail(begun.error());
    Report report{.verb = line_.verb, .at_boot = planned->at_boot};
    if (Result<void> done = converge(report); !done) return fail(done.error());
    if (Result<void> done = finish(report); !done) return fail(done.error());
    return report;
}

Result<void> Setup::begin(const Options& options) {
    if (!record_) record_.emplace();
    record_->options = options;
    record_->state = root_.is_system() ? State::Applying : State::Pending;
    return store_.save(*record_);
}

/// A file's offset is known once it is there: then plan the rest.
Result<void> Setup::converge(Report& report) {
    for (int made_files = 0; made_files <= 1; ++made_files) {
        const Facts facts = facts_.read(record_->options, record_);
        Plan plan = make_plan(record_->options, facts, record_);
        if (!plan.refusals.empty()) return fail(plan.refusals.front().hint);
        report.swap = plan.swap;
        report.swap_why = plan.swap_why;
        const auto making = std::find_if(plan.changes.begin(), plan.changes.end(), makes_swap);
        if (making == plan.changes.end()) {
            Result<void> done = carry_out(plan.changes, report);
            if (plan.swap) record_->swap = plan.swap;
            return done ? store_.save(*record_) : done;
        }
        record_->swap = plan.swap;  // from here on it is ours to remove
        if (Result<void> saved = store_.save(*record_); !saved) return saved;
        if (Result<void> made = carry_out({*making}, report); !made) return made;
    }
    return fail(record_->options.file +
                " was made, and is no swap that could be used; choose another --file");
}

Result<void> Setup::carry_out(const Changes& changes, Report& report) {
    Applier applier(root_, store_, *record_);
    for (const Change& change : changes) {
        if (Result<void> made = applier.carry_out(change); !made) return made;
        report.changes.push_back(change);
    }
    return {};
}

Result<void> Setup::finish(Report& report) {
    if (!root_.is_system()) return {};
    const Facts facts = facts_.read(record_->options, record_);
    report.findings = setup::verify(facts, record_);
    if (std::any_of(report.findings.begin(), report.findings.end(), is_ours)) return {};
    if (Result<void> proven = prove(facts, report); !proven) return proven;
    if (std::any_of(report.findings.begin(), report.findings.end(), is_ours)) return {};
    record_->boot_files = read_boot_files(root_, facts);
    record_->state = State::Applied;
    return store_.save(*record_);
}

/// The kernel's word on where the swap begins, for which it must be on.
Result<void> Setup::prove(const Facts& facts, Report& report) {
    const SwapRecord& swap = *record_->swap;
    const std::string path = swap.path;
    const bool was_on = is_on(facts.power.swap, canonical(root_, path));
    if (Result<void> on = was_on ? Result<void>() : switch_on(root_, path); !on) return on;
    const sleep::ResumeFacts& resume = facts.power.resume;
    const int error = ask_kernel(root_, resume.device, resume.offset.value_or(0));
    if (!was_on) switch_off(root_, path);
    if (error != 0)
        report.findings.push_back(
            refusal_for("setup.header",
                        path + ": " + resume.device + ", page " +
                            std::to_string(resume.offset.value_or(0)) + ": " + g_strerror(error),
                        "the kernel sees no swap that begins there; choose another --file, or a "
                        "partition with --swap"));
    return {};
}

Result<Report> Setup::verify() {
    const Options options = record_ ? record_->options : merged(line_, record_);
    const Facts facts = facts_.read(options, record_);
    Report report{
        .verb = line_.verb, .findings = setup::verify(facts, record_), .at_boot = facts.offline};
    const bool good = std::none_of(report.findings.begin(), report.findings.end(), is_ours);
    if (!good || facts.offline) return report;
    record_->boot_files = read_boot_files(root_, facts);
    record_->state = State::Applied;
    if (Result<void> saved = store_.save(*record_); !saved) return fail(saved.error());
    return report;
}

Changes Setup::undo_changes() const {
    Changes changes = make_undo_plan(*record_, read_texts(root_, *record_));
    if (!root_.is_system()) std::erase_if(changes, is_for_running);
    return changes;
}

Result<Report> Setup::undo() {
    Report report{.verb = line_.verb};
    if (!record_) return report;
    record_->state = State::Undoing;
    if (Result<void> saved = store_.save(*record_); !saved) return fail(saved.error());
    if (Result<void> done = carry_out(undo_changes(), report); !done) return fail(done.error());
    Applier(root_, store_, *record_).remove_directories();
    store_.remove();
    return report;
}

}  // namespace hypnos::setup
