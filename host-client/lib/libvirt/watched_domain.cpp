// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/watched_domain.hpp"

#include <utility>

#include "libvirt/words.hpp"

namespace hypnos::libvirt {

WatchedDomain::WatchedDomain(GMainContext* context, const GuestSpec& guest)
    : name_(guest.domain),
      inbox_(std::make_shared<Inbox>(context)),
      connection_(Connection::of(guest.uri)),
      calls_(inbox_, connection_) {}

std::shared_ptr<WatchedDomain::User> WatchedDomain::join() {
    std::erase_if(users_, [](const auto& entry) { return entry.expired(); });
    const auto user = std::make_shared<User>();
    users_.push_back(user);
    return user;
}

void WatchedDomain::open() {
    if (std::exchange(opening_, true)) return;
    if (is_open())
        return inbox_->post([self = weak_from_this()] {
            if (const auto domain = self.lock()) domain->still_open();
        });
    ++round_;
    calls_.ask<Watch>(
        [connection = connection_, name = name_, listener = listener()]() -> Result<Watch> {
            const Result<Domain> domain = connection->find(name);
            if (!domain) return fail(domain.error());
            return std::make_shared<Listening>(domain->link, listener);
        },
        [this](const Result<Watch>& result) { opened(result); });
}

void WatchedDomain::still_open() {
    if (is_open()) return opened(watch_);
    opening_ = false;
    open();
}

// On the event thread all that may be done is to post.
Link::Listener WatchedDomain::listener() {
    const auto heard = [self = weak_from_this(), round = round_, inbox = std::weak_ptr(inbox_)](
                           const std::function<void(WatchedDomain&)>& news) {
        const auto to = inbox.lock();
        if (!to) return;
        to->post([self, round, news] {
            const auto domain = self.lock();
            if (domain && domain->round_ == round) news(*domain);
        });
    };
    const auto lost = [](WatchedDomain& domain) { domain.close(domain.lost(ErrorCode::Generic)); };
    return {.lost = [heard, lost] { heard(lost); },
            .domain = name_,
            .lifecycle =
                [heard](int event, int detail) {
                    heard([event, detail, at = g_get_real_time()](WatchedDomain& domain) {
                        domain.lifecycle(event, detail, at);
                    });
                }};
}

Error WatchedDomain::lost(ErrorCode code) const {
    return {code, name_ + ": the connection to libvirt at " + connection_->uri() +
                      " is lost; see whether libvirtd runs there"};
}

void WatchedDomain::opened(const Result<Watch>& result) {
    opening_ = false;
    if (result) watch_ = *result;
    Result<void> news = result.map([](const Watch&) {});
    if (result && !is_open()) news = fail(lost(ErrorCode::Unreachable));
    tell(&User::on_opened, news);
}

void WatchedDomain::lifecycle(int event, int detail, std::int64_t realtime_us) {
    if (event == VIR_DOMAIN_EVENT_STOPPED)
        return close({ErrorCode::Unreachable, name_ + ": the domain has stopped"});
    if (const std::optional<std::string> word = event_word(event, detail))
        tell(&User::on_event, Event{*word, Json::object(), realtime_us});
}

void WatchedDomain::close(const Error& error) {
    if (!watch_) return;  // whoever opens it hears of it from libvirt
    ++round_;
    watch_.reset();
    tell(&User::on_closed, error);
}

template <typename T>
void WatchedDomain::tell(std::function<void(const T&)> User::*handler, const T& news) {
    const auto self = shared_from_this();  // until all know
    for (const std::weak_ptr<User>& entry : std::vector(users_)) {
        const auto user = entry.lock();
        if (!user) continue;
        const auto call = user.get()->*handler;
        if (call) call(news);
    }
}

}  // namespace hypnos::libvirt
