// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// One sleep of the host at a time, across processes: flock(2) on /run/hypnos/host.lock, which the
// kernel lets go when its holder ends, however it ends.

#pragma once

#include <string>

#include "glib/unique_fd.hpp"
#include "sleep/system/root.hpp"

namespace hypnos {

class SleepLock {
  public:
    /// Refused while another process holds it: says which process, and which operation.
    [[nodiscard]] static Result<SleepLock> take(const sleep::Root& root);

    /// For those who are refused to read.
    void note(const std::string& operation) const;

  private:
    explicit SleepLock(UniqueFd fd) : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

}  // namespace hypnos
