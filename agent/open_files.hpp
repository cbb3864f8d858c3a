// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The files that hosts have open, by handle. For any thread; a call may write the state file, so none
// is made on the main loop once the agent has started.
//
// The next handle is kept in a key file as qemu-ga has it ([global] fd_counter=N), so that a handle
// of an agent that has ended never means another file. Where that cannot be written, a warning is all.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "agent/system/files/open_file.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

class OpenFiles {
  public:
    static constexpr std::int64_t kFirstHandle = 1000;
    /// Half of the descriptors that a process may have, unless somebody has raised its limit.
    static constexpr std::size_t kMax = 512;

    /// `state_file`: its absolute path, below `root`.
    OpenFiles(const Root& root, std::string state_file);

    /// An error if no more may be open.
    [[nodiscard]] Result<void> check_room() const;

    /// A handle for it.
    [[nodiscard]] Result<std::int64_t> add(const std::shared_ptr<OpenFile>& file);

    [[nodiscard]] Result<std::shared_ptr<OpenFile>> find(std::int64_t handle) const;

    /// Forgets the handle. The file is closed with the last job that uses it.
    void remove(std::int64_t handle);

  private:
    void load();
    void save();
    [[nodiscard]] Result<void> has_room() const;

    Root root_;
    std::string state_file_;
    mutable std::mutex mutex_;
    std::int64_t next_ = kFirstHandle;
    bool warned_ = false;
    std::map<std::int64_t, std::shared_ptr<OpenFile>> files_;
};

}  // namespace hypnos::agent
