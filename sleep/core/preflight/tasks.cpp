// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Who keeps the machine awake: by asking for it, or by not letting itself be frozen.

#include <algorithm>
#include <array>
#include <string_view>

#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

/// Where a writer waits for a frozen file system (sb_start_write()), by kernel version.
constexpr std::array<std::string_view, 3> kFrozenWait = {"percpu_rwsem_wait", "__percpu_down_read",
                                                         "__sb_start_write"};

/// Where vfork(2) waits for the child: in state D, and yet the freezer reaches it
/// (wait_for_vfork_done(), kernel/fork.c).
constexpr std::array<std::string_view, 2> kVforkWait = {"kernel_clone", "wait_for_vfork_done"};

bool waits_in(const auto& functions, const StuckTask& task) {
    return std::find(functions.begin(), functions.end(), task.wchan) != functions.end();
}

bool waits_for_frozen(const StuckTask& task) { return waits_in(kFrozenWait, task); }

std::string evidence(const StuckTask& task) {
    return says(
        "/proc/" + std::to_string(task.pid),
        task.name + " in state " + task.state + (task.wchan.empty() ? "" : " in " + task.wchan));
}

}  // namespace

Findings nobody_inhibits(const Question& question, const PowerFacts& facts) {
    Findings findings;
    for (const Inhibitor& inhibitor : facts.inhibitors)
        findings.push_back(
            {"inhibit.block", question.force ? Severity::Warn : Severity::Block,
             says(inhibitor.who + " (pid " + std::to_string(inhibitor.pid) + ")", inhibitor.why),
             "this program has asked logind that the machine stay awake; wait for "
             "it, or ask with force"});
    return findings;
}

Findings file_systems_are_thawed(const Question&, const PowerFacts& facts) {
    const auto& stuck = facts.stuck;
    const auto writer = std::find_if(stuck.begin(), stuck.end(), waits_for_frozen);
    if (writer == stuck.end()) return {};
    return {block("fs.frozen", evidence(*writer),
                  "a file system is frozen, and who writes to it cannot be frozen in turn; thaw "
                  "it with 'fsfreeze -u'")};
}

Findings tasks_can_be_frozen(const Question&, const PowerFacts& facts) {
    Findings findings;
    for (const StuckTask& task : facts.stuck)
        if (!waits_for_frozen(task) && !waits_in(kVforkWait, task))
            findings.push_back(warn("task.dstate", evidence(task),
                                    "the kernel may be unable to freeze this task (dead NFS, FUSE "
                                    "or disk?), and then gives up after 20 s; look at what it "
                                    "waits for"));
    return findings;
}

}  // namespace hypnos::sleep::checks
