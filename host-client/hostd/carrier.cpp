// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "carrier.hpp"

#include <map>
#include <optional>
#include <utility>

#include "lulling.hpp"
#include "waking.hpp"

namespace hypnos::hostd {

struct Carrier::Impl {
    Impl(const sleep::Root& root, const Config& chosen, const Handlers& to_call, World reached)
        : config(chosen), handlers(to_call), world(std::move(reached)), journal(root) {}

    void tell(const Carried& guest, const std::string& state) {
        latest[guest.guest.name] = Json::object({{"guest", guest.guest.name},
                                                 {"action", name_of(guest.action)},
                                                 {"state", state},
                                                 {"text", guest.text}});
        if (handlers.changed)
            handlers.changed(journal.content().operation, guest.guest.name, state, guest.text);
    }
    Tell teller() {
        return [this](const Carried& guest, const std::string& state) { tell(guest, state); };
    }
    void wake();
    void end_waking();
    void forget_the_gone();

    Config config;
    Handlers handlers;
    World world;
    Journal journal;
    std::map<std::string, Json> latest;
    std::unique_ptr<Lulling> lulling;
    std::unique_ptr<Waking> waking;
    Done woken;                   ///< of the wake() under way
    std::optional<Done> to_wake;  ///< once lulling has ended
};

void Carrier::Impl::wake() {
    waking = std::make_unique<Waking>(world, journal, teller(), [this] { end_waking(); });
    waking->start();
}

void Carrier::Impl::end_waking() {
    waking.reset();
    if (const Done done = std::exchange(woken, {})) done();
}

/// Those in the memory of a host that has been started afresh.
void Carrier::Impl::forget_the_gone() {
    const std::vector<Carried> guests = journal.content().guests;
    for (Carried guest : guests) {
        if (outlives_the_host(guest)) continue;
        guest.text = "the host has been started afresh: what was in its memory is gone";
        journal.drop(guest.guest.name);
        if (guest.state != Carried::State::Failed) tell(guest, "not-awake");
    }
}

Carrier::Carrier(const sleep::Root& root, const Config& config, const Handlers& handlers)
    : Carrier(root, config, handlers, real_world(root, config)) {}
Carrier::Carrier(const sleep::Root& root, const Config& config, const Handlers& handlers,
                 World world)
    : impl_(std::make_unique<Impl>(root, config, handlers, std::move(world))) {}
Carrier::~Carrier() = default;

void Carrier::put_to_sleep(const std::string& operation, std::chrono::milliseconds deadline,
                           Slept done) {
    impl_->end_waking();
    impl_->latest.clear();
    impl_->lulling = std::make_unique<Lulling>(
        impl_->world, impl_->config, impl_->journal, impl_->teller(),
        [this, done = std::move(done)](const Result<void>& result) {
            const Slept call = done;
            impl_->lulling.reset();
            if (const auto next = std::exchange(impl_->to_wake, std::nullopt)) {
                impl_->woken = *next;
                impl_->wake();
            }
            call(result);
        });
    impl_->lulling->start({operation, deadline});
}

void Carrier::stop() {
    if (impl_->lulling) impl_->lulling->stop();
}

void Carrier::wake(const std::string&, Done done) {
    if (impl_->lulling) {
        impl_->to_wake = std::move(done);
        return impl_->lulling->stop();
    }
    impl_->end_waking();
    impl_->woken = std::move(done);
    impl_->wake();
}

void Carrier::recover(Done done) {
    if (!impl_->journal.is_of_this_boot()) impl_->forget_the_gone();
    wake(impl_->journal.content().operation, std::move(done));
}

bool Carrier::busy() const { return impl_->lulling || impl_->waking; }

Json Carrier::last() const {
    Json list = Json::array();
    for (const auto& [name, guest] : impl_->latest) list.append(guest);
    return list;
}

}  // namespace hypnos::hostd
