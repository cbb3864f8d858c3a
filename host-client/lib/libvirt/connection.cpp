// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/connection.hpp"

#include <chrono>
#include <map>

#include "libvirt/last_error.hpp"

namespace hypnos::libvirt {
namespace {

struct Registry {
    std::mutex mutex;
    std::map<std::string, std::weak_ptr<Connection>> connections;
};

// Never destroyed: threads may still use it while the process ends.
Registry& registry() {
    static Registry* const instance = new Registry;
    return *instance;
}

}  // namespace

std::shared_ptr<Connection> Connection::of(const std::string& uri) {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    std::erase_if(all.connections, [](const auto& entry) { return entry.second.expired(); });
    if (std::shared_ptr<Connection> known = all.connections[uri].lock()) return known;
    const auto fresh = std::make_shared<Connection>(uri);
    all.connections[uri] = fresh;
    return fresh;
}

Connection::Attempt Connection::attempt() {
    std::promise<Opened> promise;
    {
        const std::lock_guard lock(mutex_);
        const bool begun = attempt_.valid();
        const bool over =
            begun && attempt_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        const bool useful =
            begun && (!over || (attempt_.get().link && attempt_.get().link->alive()));
        if (useful) return attempt_;
        attempt_ = promise.get_future().share();
    }
    const Result<std::shared_ptr<Link>> link = Link::open(uri_, Link::Lifecycles::Heard);
    promise.set_value(link ? Opened{*link, {}} : Opened{nullptr, link.error().message});
    const std::lock_guard lock(mutex_);
    return attempt_;
}

Result<std::shared_ptr<Link>> Connection::link() {
    const Attempt current = attempt();
    const Opened& opened = current.get();
    if (!opened.link) return fail(ErrorCode::Unreachable, opened.error);
    return opened.link;
}

Result<Domain> Connection::find(const std::string& name) {
    const Result<std::shared_ptr<Link>> connected = link();
    if (!connected) return fail(connected.error());
    return find_domain(*connected, name);
}

Result<Domain> find_domain(const std::shared_ptr<Link>& link, const std::string& name) {
    Handle<virDomain> handle(virDomainLookupByName(link->get(), name.c_str()));
    if (!handle)
        return fail(
            last_error(ErrorCode::Unreachable, "cannot find " + name + " at " + link->uri()));
    return Domain{link, std::move(handle)};
}

}  // namespace hypnos::libvirt
