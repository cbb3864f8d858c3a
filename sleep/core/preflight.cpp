// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/preflight.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep {
namespace {

/// In the order of findings; a refusal names the first blocker.
constexpr std::array<checks::Check, 33> kChecks = {
    checks::acpi_is_on,
    checks::state_is_writable,
    checks::state_is_offered,
    checks::sleep_is_deep,
    checks::hibernation_is_on,
    checks::disk_word_is_offered,
    checks::nobody_else_sleeps,
    checks::units_are_not_masked,
    checks::nobody_inhibits,
    checks::memory_devices_agree,
    checks::notifiers_agree,
    checks::drivers_can_sleep,
    checks::swap_is_on,
    checks::swap_files_have_no_holes,
    checks::swap_is_where_resume_looks,
    checks::swap_begins_where_resume_looks,
    checks::no_image_is_there,
    checks::image_key_survives,
    checks::image_fits_in_swap,
    checks::image_can_shrink,
    checks::next_boot_resumes,
    checks::initramfs_has_looked,
    checks::boot_files_are_proven,
    checks::next_boot_can_decompress,
    checks::efi_variables_are_writable,
    checks::kernel_stays_the_same,
    checks::file_systems_are_thawed,
    checks::tasks_can_be_frozen,
    checks::memory_is_not_fragmented,
    checks::balloon_is_empty,
    checks::all_cpus_are_online,
    checks::watchdogs_sleep_too,
    checks::rtc_is_right,
};

}  // namespace

std::vector<Finding> preflight(const PreflightQuestion& question, const PowerFacts& facts) {
    std::vector<Finding> findings;
    for (const checks::Check check : kChecks) {
        std::vector<Finding> found = check(question, facts);
        std::move(found.begin(), found.end(), std::back_inserter(findings));
    }
    return findings;
}

Json preflight_json(SleepMode mode, const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) list.append(to_json(finding));
    return Json::object({{"mode", name_of(mode)},
                         {"works", first_blocker(findings) == nullptr},
                         {"findings", list}});
}

const Finding* first_blocker(const std::vector<Finding>& findings) {
    const auto found = std::find_if(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity == Severity::Block;
    });
    return found == findings.end() ? nullptr : &*found;
}

SleepPlan plan_sleep(SleepMode mode, Require require, const PowerFacts& facts) {
    const MachineFacts& machine = facts.machine;
    SleepPlan plan;
    plan.mode = mode;
    plan.state = checks::uses_disk(mode) ? "disk" : "mem";
    if (checks::uses_ram(mode)) {
        plan.deep = require == Require::Deep || machine.mem_sleep.offers("deep");
        plan.mem_sleep = plan.deep ? "deep" : "s2idle";
        plan.restore_mem_sleep = machine.mem_sleep.chosen;
    }
    if (checks::uses_disk(mode)) {
        plan.disk = checks::disk_word(mode, machine);
        plan.restore_disk = machine.disk.chosen;
        const Swap* target = checks::image_target(facts);
        if (target != nullptr && target->only_for_sleep) plan.swap = target->name;
    }
    return plan;
}

}  // namespace hypnos::sleep
