// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// MachineFacts of a QEMU, asked by QMP: query-current-machine, query-block, query-chardev,
// query-memory-devices, qom-list and qom-get. A question that QEMU does not know leaves its fact empty.

#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "hypnos/session.hpp"
#include "machine/machine_facts.hpp"

namespace hypnos {

/// One inquiry; destroyed, it calls nobody.
class QmpFacts {
  public:
    using Done = std::function<void(Result<MachineFacts>)>;

    /// `qmp` is open, and outlives this.
    QmpFacts(Session& qmp, std::chrono::milliseconds limit, Done done);
    ~QmpFacts();

  private:
    struct Inquiry;
    std::unique_ptr<Inquiry> inquiry_;
};

}  // namespace hypnos
