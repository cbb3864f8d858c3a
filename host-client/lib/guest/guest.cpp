// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/guest.hpp"

#include <utility>

#include "guest/ask_operation.hpp"
#include "guest/balloon_operation.hpp"
#include "guest/pause_operation.hpp"
#include "guest/preflight_operation.hpp"
#include "guest/status_operation.hpp"
#include "guest/suspend_operation.hpp"
#include "guest/wake_operation.hpp"

namespace hypnos {

using std::chrono::milliseconds;

struct Guest::Impl {
    Impl(GMainContext* context, const GuestSpec& guest_spec)
        : spec(guest_spec), ports(context, guest_spec) {}

    /// Replaces the operation under way. The new one ends before the caller hears of it, who may
    /// destroy the guest.
    template <typename Op, typename R, typename... Arguments>
    void start(std::function<void(R)> done, const Arguments&... arguments) {
        end();
        auto operation = std::make_unique<Op>(ports, arguments..., [this, done](R result) {
            const auto call = done;
            end();
            call(std::move(result));
        });
        current = std::move(operation);
    }

    void end() {
        suspend = nullptr;
        current.reset();
    }

    GuestSpec spec;
    Ports ports;
    std::unique_ptr<AnyOperation> current;
    SuspendOperation* suspend = nullptr;  // `current`, if it is one
};

Guest::Guest(GMainContext* context, const GuestSpec& spec)
    : impl_(std::make_unique<Impl>(context, spec)) {}
Guest::~Guest() = default;

const GuestSpec& Guest::spec() const { return impl_->spec; }

void Guest::suspend(const SuspendOptions& options,
                    std::function<void(Result<SuspendReport>)> done) {
    impl_->start<SuspendOperation>(std::move(done), options);
    impl_->suspend = static_cast<SuspendOperation*>(impl_->current.get());
}

void Guest::cancel() {
    if (impl_->suspend != nullptr) impl_->suspend->cancel();
}

void Guest::wake(const WakeOptions& options, std::function<void(Result<WakeReport>)> done) {
    impl_->start<WakeOperation>(std::move(done), options, WakeOperation::Waker::Us);
}

void Guest::wait_resumed(const WakeOptions& options, std::function<void(Result<WakeReport>)> done) {
    impl_->start<WakeOperation>(std::move(done), options, WakeOperation::Waker::Others);
}

void Guest::status(milliseconds limit, std::function<void(GuestStatus)> done) {
    impl_->start<StatusOperation>(std::move(done), limit);
}

void Guest::capabilities(milliseconds limit, std::function<void(Result<Json>)> done) {
    call("hypnos-capabilities", {}, limit, std::move(done));
}

void Guest::preflight(SleepMode mode, milliseconds limit,
                      std::function<void(Result<PreflightReport>)> done) {
    impl_->start<PreflightOperation>(std::move(done), mode, limit);
}

void Guest::rehearse(milliseconds limit, std::function<void(Result<Json>)> done) {
    call("hypnos-rehearse", {}, limit, std::move(done));
}

void Guest::call(const std::string& command, const Json& arguments, milliseconds limit,
                 std::function<void(Result<Json>)> done) {
    impl_->start<AskOperation>(std::move(done), command, arguments, limit);
}

std::unique_ptr<Watch> Guest::events(const Watch::Handlers& handlers) {
    return std::unique_ptr<Watch>(new Watch(impl_->ports.share(), handlers));
}

void Guest::balloon(milliseconds limit, std::function<void(Result<Balloon>)> done) {
    impl_->start<BalloonOperation>(std::move(done), limit);
}

void Guest::pause(milliseconds limit, std::function<void(Result<void>)> done) {
    impl_->start<PauseOperation>(std::move(done), PauseOperation::To::Stopped, limit);
}

void Guest::unpause(milliseconds limit, std::function<void(Result<void>)> done) {
    impl_->start<PauseOperation>(std::move(done), PauseOperation::To::Running, limit);
}

}  // namespace hypnos
