// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/subscription.hpp"

#include "libvirt/last_error.hpp"

namespace hypnos::libvirt {
namespace {

using Lifecycle = std::function<void(int, int)>;

int on_lifecycle(virConnectPtr, virDomainPtr, int event, int detail, void* opaque) {
    (*static_cast<Lifecycle*>(opaque))(event, detail);
    return 0;
}

void free_lifecycle(void* opaque) { delete static_cast<Lifecycle*>(opaque); }

}  // namespace

Result<std::shared_ptr<Subscription>> Subscription::make(
    const std::shared_ptr<Connection>& connection, const std::string& name,
    const Handlers& handlers) {
    const Result<Domain> domain = connection->find(name);
    if (!domain) return fail(domain.error());
    auto lifecycle = std::make_unique<Lifecycle>(handlers.lifecycle);
    const int callback = virConnectDomainEventRegisterAny(
        domain->link->get(), domain->get(), VIR_DOMAIN_EVENT_ID_LIFECYCLE,
        VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), lifecycle.get(), free_lifecycle);
    if (callback < 0) return fail(last_error(ErrorCode::Unreachable, "cannot watch " + name));
    (void)lifecycle.release();
    const std::shared_ptr<Subscription> result(
        new Subscription(connection, domain->link, callback));
    result->listener_ = domain->link->on_lost(handlers.lost);
    return result;
}

// libvirt asks the daemon to send no more, which may block.
Subscription::~Subscription() {
    link_->forget(listener_);
    connection_->run([link = link_, callback = callback_] {
        virConnectDomainEventDeregisterAny(link->get(), callback);
    });
}

}  // namespace hypnos::libvirt
