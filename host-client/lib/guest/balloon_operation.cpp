// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/balloon_operation.hpp"

#include <utility>

namespace hypnos {

BalloonOperation::BalloonOperation(Ports& ports, std::chrono::milliseconds limit, Done done)
    : Operation(ports, limit, std::move(done)) {
    Monitor* machine = ports.machine.get();
    if (machine == nullptr) {
        finish(fail(ErrorCode::Usage, "qmp= is needed"));
        return;
    }
    machine->open(std::min(kConnectLimit, limit), [this, machine](const Result<void>& opened) {
        if (!opened) return finish(fail(opened.error()));
        machine->balloon(remaining(), [this](const Result<Balloon>& balloon) { finish(balloon); });
    });
}

}  // namespace hypnos
