// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/guest.hpp"

#include <utility>

#include "guest/status_operation.hpp"
#include "guest/suspend_operation.hpp"
#include "guest/wake_operation.hpp"

namespace hypnos {

struct Guest::Impl {
    Impl(GMainContext* context, const GuestSpec& spec) : ports(context, spec) {}

    /// Ends the operation, then tells the caller, who may destroy the guest.
    template <typename R>
    std::function<void(R)> ending(std::function<void(R)> done) {
        return [this, done = std::move(done)](R result) {
            current.reset();
            done(std::move(result));
        };
    }

    Ports ports;
    std::unique_ptr<AnyOperation> current;
};

Guest::Guest(GMainContext* context, const GuestSpec& spec)
    : impl_(std::make_unique<Impl>(context, spec)) {}
Guest::~Guest() = default;

void Guest::suspend(const SuspendOptions& options,
                    std::function<void(Result<SuspendReport>)> done) {
    impl_->current.reset();
    impl_->current =
        std::make_unique<SuspendOperation>(impl_->ports, options, impl_->ending(std::move(done)));
}

void Guest::wake(std::chrono::milliseconds limit, std::function<void(Result<WakeReport>)> done) {
    impl_->current.reset();
    impl_->current =
        std::make_unique<WakeOperation>(impl_->ports, limit, impl_->ending(std::move(done)));
}

void Guest::status(std::chrono::milliseconds limit, std::function<void(GuestStatus)> done) {
    impl_->current.reset();
    impl_->current =
        std::make_unique<StatusOperation>(impl_->ports, limit, impl_->ending(std::move(done)));
}

}  // namespace hypnos
