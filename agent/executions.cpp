// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/executions.hpp"

#include <algorithm>
#include <utility>

#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {
namespace {

constexpr std::chrono::seconds kTidyEvery{10};

std::size_t size_of(const ExecResult& result) {
    return result.output.bytes().size() + result.errors.bytes().size();
}

}  // namespace

Result<void> ExecutionTable::check_room() const {
    const std::lock_guard lock(mutex_);
    const auto running = std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) {
        return !entry.second.execution->result();
    });
    if (static_cast<std::size_t>(running) < kRunningMax) return {};
    return fail(std::to_string(kRunningMax) +
                " programs started by guest-exec run already; wait until one ends");
}

/// A number that the kernel uses again means the new program.
void ExecutionTable::add(int pid, const std::shared_ptr<Execution>& execution) {
    const std::lock_guard lock(mutex_);
    entries_.insert_or_assign(pid, Entry{++last_number_, execution, std::nullopt});
}

Result<std::shared_ptr<const ExecResult>> ExecutionTable::read(std::int64_t pid, Time now) {
    const std::lock_guard lock(mutex_);
    forget_old(now);
    const auto found = entries_.find(pid);
    if (found == entries_.end()) return fail("PID " + std::to_string(pid) + " does not exist");
    const std::shared_ptr<const ExecResult> result = found->second.execution->result();
    if (result && !found->second.read_at) found->second.read_at = now;
    return result;
}

bool ExecutionTable::tidy(Time now) {
    const std::lock_guard lock(mutex_);
    forget_old(now);
    forget_surplus();
    return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) {
        return entry.second.read_at || !entry.second.execution->result();
    });
}

void ExecutionTable::forget_old(Time now) {
    std::erase_if(entries_, [now](const auto& entry) {
        const std::optional<Time> read_at = entry.second.read_at;
        return read_at && now - *read_at >= kKeptAfterReading;
    });
}

ExecutionTable::Ended ExecutionTable::ended() const {
    Ended found;
    for (const auto& [pid, entry] : entries_) {
        if (const std::shared_ptr<const ExecResult> result = entry.execution->result())
            found[{!entry.read_at, entry.number}] = {pid, size_of(*result)};
    }
    return found;
}

void ExecutionTable::forget_surplus() {
    const Ended all = ended();
    std::size_t count = all.size(), bytes = 0;
    for (const auto& [order, what] : all) bytes += what.second;
    for (const auto& [order, what] : all) {
        if (count <= kResultsMax && bytes <= kBytesMax) return;
        entries_.erase(what.first);
        --count;
        bytes -= what.second;
    }
}

void Executions::tidy_later() {
    if (timer_) return;
    timer_ = glib::every(nullptr, kTidyEvery, [this] {
        if (!table_->tidy(sleep::boottime())) timer_.reset();
    });
}

}  // namespace hypnos::agent
