// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/link.hpp"

#include <thread>
#include <utility>

#include "libvirt/events.hpp"
#include "libvirt/last_error.hpp"

namespace hypnos::libvirt {
namespace {

// A host that is gone is noticed after about half a minute.
constexpr int kKeepAliveSeconds = 5;
constexpr unsigned kKeepAliveCount = 5;

using Watcher = std::weak_ptr<Link>;

void free_watcher(void* opaque) { delete static_cast<Watcher*>(opaque); }

}  // namespace

Result<std::shared_ptr<Link>> Link::open(const std::string& uri) {
    start_events();
    virConnectPtr connection = virConnectOpen(uri.c_str());
    if (connection == nullptr)
        return fail(last_error(ErrorCode::Unreachable, "cannot connect to libvirt at " + uri));
    const std::shared_ptr<Link> link(new Link(connection));
    link->watch();
    return link;
}

void Link::closed(virConnectPtr, int, void* opaque) {
    if (const auto link = static_cast<Watcher*>(opaque)->lock()) link->lost();
}

// Drivers inside this process know neither keepalive nor a close callback, and need none.
void Link::watch() {
    virConnectSetKeepAlive(connection_, kKeepAliveSeconds, kKeepAliveCount);
    auto watcher = std::make_unique<Watcher>(weak_from_this());
    if (virConnectRegisterCloseCallback(connection_, closed, watcher.get(), free_watcher) == 0)
        (void)watcher.release();
}

Link::~Link() {
    std::thread([connection = connection_] {
        virConnectUnregisterCloseCallback(connection, closed);
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
    for (const auto& [id, listener] : listeners) listener();
}

int Link::on_lost(Listener listener) {
    std::unique_lock lock(mutex_);
    if (alive_) {
        listeners_[++last_id_] = std::move(listener);
        return last_id_;
    }
    lock.unlock();
    listener();
    return 0;
}

void Link::forget(int id) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(id);
}

}  // namespace hypnos::libvirt
