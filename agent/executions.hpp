// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What hosts have started by guest-exec, by process id. For any thread; no call blocks.
//
// A result can be read again for 5 minutes after it was read first. One that nobody reads is kept, but
// of all that have ended the last 256 only, and as many of these as have 256 MiB of output; those go
// first that have been read. 64 programs may run at once.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "agent/core/exec_result.hpp"
#include "agent/system/exec/execution.hpp"
#include "glib/source.hpp"

namespace hypnos::agent {

class ExecutionTable {
  public:
    static constexpr std::size_t kRunningMax = 64;
    static constexpr std::size_t kResultsMax = 256;
    static constexpr std::size_t kBytesMax = std::size_t{256} << 20;
    static constexpr std::chrono::minutes kKeptAfterReading{5};
    using Time = std::chrono::nanoseconds;

    /// An error if no more may run.
    [[nodiscard]] Result<void> check_room() const;

    void add(int pid, const std::shared_ptr<Execution>& execution);

    /// Its result, or null if it runs; an error if no such program is known. Counts as read.
    [[nodiscard]] Result<std::shared_ptr<const ExecResult>> read(std::int64_t pid, Time now);

    /// Lets go of what need not be kept. False if later there will not be more of it by itself.
    bool tidy(Time now);

  private:
    struct Entry {
        std::uint64_t number = 0;  ///< in the order of starting
        std::shared_ptr<Execution> execution;
        std::optional<Time> read_at;
    };
    /// What is let go first is least.
    using Ended = std::map<std::pair<bool, std::uint64_t>, std::pair<int, std::size_t>>;

    void forget_old(Time now);
    [[nodiscard]] Ended ended() const;
    void forget_surplus();

    mutable std::mutex mutex_;
    std::uint64_t last_number_ = 0;
    std::map<std::int64_t, Entry> entries_;
};

/// The agent's: tidies up while programs run or results wait to be forgotten.
class Executions {
  public:
    [[nodiscard]] const std::shared_ptr<ExecutionTable>& table() const { return table_; }

    /// A program is about to be started, or a result to be read.
    void tidy_later();

  private:
    std::shared_ptr<ExecutionTable> table_ = std::make_shared<ExecutionTable>();
    glib::Source timer_;
};

}  // namespace hypnos::agent
