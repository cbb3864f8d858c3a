// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "guest/pause_operation.hpp"

#include <utility>

namespace hypnos {

PauseOperation::PauseOperation(Ports& ports, To to, std::chrono::milliseconds limit, Done done)
    : Operation(ports, limit, std::move(done)), to_(to) {
    Monitor* machine = ports.machine.get();
    if (machine == nullptr) {
        finish(wrong(ErrorCode::Unreachable, "nobody but its machine can, and qmp= is not given"));
        return;
    }
    machine->open(std::min(kConnectLimit, limit), [this](const Result<void>& opened) {
        if (!opened) return finish(wrong(opened.error().code, opened.error().message));
        ask_run_state(&PauseOperation::found);
    });
}

void PauseOperation::ask_run_state(Next next) {
    ports().machine->run_state(remaining(), [this, next](const Result<std::string>& state) {
        if (!state) return finish(wrong(state.error().code, state.error().message));
        (this->*next)(*state);
    });
}

void PauseOperation::found(const std::string& state) {
    if (to_ == To::Running && state == "running") return finish({});
    const std::string wanted = to_ == To::Running ? "paused" : "running";
    if (state != wanted)
        return finish(wrong(ErrorCode::Refused, "QEMU says that it is " + in_quotes(state) +
                                                    ", and only one that is " + wanted +
                                                    " can be"));
    give_order();
}

void PauseOperation::give_order() {
    ordered_ = true;
    const auto order = to_ == To::Running ? &Monitor::cont : &Monitor::stop;
    (ports().machine.get()->*order)(remaining(), [this](const Result<void>& obeyed) {
        if (!obeyed) return finish(wrong(obeyed.error().code, obeyed.error().message));
        ask_run_state(&PauseOperation::verify);
    });
}

void PauseOperation::verify(const std::string& state) {
    const std::string wanted = to_ == To::Running ? "running" : "paused";
    if (state == wanted) return finish({});
    finish(wrong(ErrorCode::Generic, "QEMU said yes, and then that it is " + in_quotes(state)));
}

tl::unexpected<Error> PauseOperation::wrong(ErrorCode code, const std::string& why) const {
    const std::string what = to_ == To::Running ? "unpause" : "pause";
    const bool unknown = ordered_ && code != ErrorCode::Generic;
    return fail(code, "cannot " + what + " the guest: " + why +
                          (unknown ? "; it may have done so: see hypnosctl status" : ""));
}

}  // namespace hypnos
