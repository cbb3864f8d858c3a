// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/link.hpp"

#include <thread>
#include <utility>
#include <vector>

#include "libvirt/events.hpp"
#include "libvirt/last_error.hpp"

namespace hypnos::libvirt {
namespace {

// A host that is gone is noticed after about half a minute.
constexpr int kKeepAliveSeconds = 5;
constexpr unsigned kKeepAliveCount = 5;

void free_watcher(void* opaque) { delete static_cast<std::weak_ptr<Link>*>(opaque); }

}  // namespace

Result<std::shared_ptr<Link>> Link::open(const std::string& uri, Lifecycles lifecycles) {
    start_events();
    virConnectPtr connection = virConnectOpen(uri.c_str());
    if (connection == nullptr)
        return fail(last_error(ErrorCode::Unreachable, "cannot connect to libvirt at " + uri));
    const std::shared_ptr<Link> link(new Link(connection, uri));
    link->watch_connection();
    if (lifecycles == Lifecycles::Heard) link->watch_domains();
    return link;
}

// Not from inside: libvirt holds a lock meanwhile, and listeners call it.
void Link::on_closed(virConnectPtr, int, void* opaque) {
    if (const auto link = static_cast<Watcher*>(opaque)->lock())
        on_event_thread([link] { link->lost(); });
}

int Link::on_lifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* opaque) {
    if (const auto link = static_cast<Watcher*>(opaque)->lock())
        link->lifecycle(virDomainGetName(domain), event, detail);
    return 0;
}

// Drivers inside this process know neither keepalive nor a close callback, and need none. They
// accept one all the same and never free what it is given: so that is ours to free.
void Link::watch_connection() {
    virConnectSetKeepAlive(connection_, kKeepAliveSeconds, kKeepAliveCount);
    watcher_ = std::make_unique<Watcher>(weak_from_this());
    virConnectRegisterCloseCallback(connection_, on_closed, watcher_.get(), nullptr);
}

// Once for all domains: libvirt takes a second callback for the same domain only if it is another
// function.
void Link::watch_domains() {
    auto watcher = std::make_unique<Watcher>(weak_from_this());
    registration_ = virConnectDomainEventRegisterAny(
        connection_, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
        VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), watcher.get(), free_watcher);
    if (registration_ >= 0) (void)watcher.release();
}

Link::~Link() {
    std::thread([connection = connection_, registration = registration_,
                 watcher = std::move(watcher_)] {
        if (registration >= 0) virConnectDomainEventDeregisterAny(connection, registration);
        virConnectUnregisterCloseCallback(connection, on_closed);
        virConnectClose(connection);
    }).detach();
}

bool Link::alive() const {
    const std::lock_guard lock(mutex_);
    return alive_;
}

void Link::lost() {
    std::map<int, Listener> listeners;
    {
        const std::lock_guard lock(mutex_);
        alive_ = false;
        listeners.swap(listeners_);
    }
    for (const auto& [id, listener] : listeners) {
        if (listener.lost) listener.lost();
    }
}

void Link::lifecycle(const std::string& domain, int event, int detail) {
    std::vector<std::function<void(int, int)>> listeners;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, listener] : listeners_) {
            if (listener.lifecycle && listener.domain == domain)
                listeners.push_back(listener.lifecycle);
        }
    }
    for (const auto& listener : listeners) listener(event, detail);
}

int Link::listen(Listener listener) {
    std::unique_lock lock(mutex_);
    const int id = ++last_id_;
    if (alive_) {
        listeners_[id] = std::move(listener);
        return id;
    }
    lock.unlock();
    if (listener.lost) listener.lost();
    return id;
}

void Link::forget(int id) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(id);
}

}  // namespace hypnos::libvirt
