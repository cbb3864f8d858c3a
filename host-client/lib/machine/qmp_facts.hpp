// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// MachineFacts of a QEMU, asked by QMP: query-current-machine, query-block, query-chardev, qom-list
// and qom-get. A question that QEMU does not know, or refuses, leaves its fact empty.

#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "hypnos/session.hpp"
#include "machine/machine_facts.hpp"

namespace hypnos {

/// One inquiry; destroyed, it calls nobody. Fails with TimedOut or Unreachable: half an inquiry would
/// say of ports that they are not there.
class QmpFacts {
  public:
    using Done = std::function<void(Result<MachineFacts>)>;

    /// `qmp` is open, and outlives this.
    QmpFacts(Session& qmp, std::chrono::milliseconds limit, Done done);
    ~QmpFacts();

  private:
    struct Inquiry;
    std::shared_ptr<Inquiry> inquiry_;
};

}  // namespace hypnos
