// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <utility>

#include "libvirt/domain_xml.hpp"
#include "libvirt/last_error.hpp"
#include "libvirt/libvirt.hpp"
#include "libvirt/watched_domain.hpp"
#include "libvirt/words.hpp"
#include "text.hpp"

namespace hypnos::libvirt {
namespace {

constexpr std::int64_t kKiB = 1024;

Result<void> done_if(int status, const std::string& tried) {
    if (status == 0) return {};
    return fail(last_error(ErrorCode::Generic, tried));
}

// libvirtd lets go of the domain before it queues the event of its new state, and sends the event
// no later than while it answers the next question. So that question is asked, and it counts.
Result<std::string> ask_state(virDomainPtr domain) {
    int state = VIR_DOMAIN_NOSTATE, reason = 0;
    for (int i = 0; i < 2; ++i) {
        if (virDomainGetState(domain, &state, &reason, 0) != 0)
            return fail(last_error(ErrorCode::Generic, "cannot ask for the domain's state"));
    }
    return state_word(state, reason);
}

Result<Balloon> ask_balloon(virDomainPtr domain) {
    virDomainInfo info{};
    if (virDomainGetInfo(domain, &info) != 0)
        return fail(last_error(ErrorCode::Generic, "cannot ask for the domain's memory"));
    return Balloon{static_cast<std::int64_t>(info.memory) * kKiB,
                   static_cast<std::int64_t>(info.maxMem) * kKiB};
}

Result<MachineFacts> ask_facts(virDomainPtr domain) {
    const Handle<char> xml(virDomainGetXMLDesc(domain, 0));
    if (!xml) return fail(last_error(ErrorCode::Generic, "cannot read the domain's XML"));
    return read_domain_xml(xml.get());
}

class LibvirtMonitor : public Monitor {
  public:
    LibvirtMonitor(GMainContext* context, std::shared_ptr<WatchedDomain> domain)
        : context_(context),
          domain_(std::move(domain)),
          user_(domain_->join()),
          calls_(domain_->inbox(), domain_->connection()) {
        user_->on_opened = [this](const Result<void>& result) { finish_opening(result); };
    }
    ~LibvirtMonitor() override { *user_ = {}; }

    [[nodiscard]] std::unique_ptr<Monitor> share() const override {
        return std::make_unique<LibvirtMonitor>(context_, domain_);
    }

    void open(Limit limit, Done<void> done) override {
        opening_ = std::move(done);
        opening_limit_ = glib::after(context_, limit, [this, limit] {
            finish_opening(fail(ErrorCode::Unreachable, silence(limit)));
        });
        domain_->open();
    }
    [[nodiscard]] bool is_open() const override { return domain_->is_open(); }

    void on_event(std::function<void(const Event&)> handler) override {
        user_->on_event = std::move(handler);
    }
    void on_closed(std::function<void(const Error&)> handler) override {
        user_->on_closed = std::move(handler);
    }

    void run_state(Limit limit, Done<std::string> done) override {
        ask<std::string>(limit, std::move(done), ask_state);
    }
    void wake(Limit limit, Done<void> done) override {
        ask<void>(limit, std::move(done), [](virDomainPtr domain) {
            return done_if(virDomainPMWakeup(domain, 0), "cannot wake the domain");
        });
    }
    void start(Limit limit, Done<void> done) override {
        ask<void>(limit, std::move(done), [](virDomainPtr domain) {
            return done_if(virDomainCreate(domain), "cannot start the domain");
        });
    }
    void stop(Limit limit, Done<void> done) override {
        ask<void>(limit, std::move(done), [](virDomainPtr domain) {
            return done_if(virDomainSuspend(domain), "cannot pause the domain");
        });
    }
    void cont(Limit limit, Done<void> done) override {
        ask<void>(limit, std::move(done), [](virDomainPtr domain) {
            return done_if(virDomainResume(domain), "cannot unpause the domain");
        });
    }
    void balloon(Limit limit, Done<Balloon> done) override {
        ask<Balloon>(limit, std::move(done), ask_balloon);
    }
    void set_balloon(std::int64_t bytes, Limit limit, Done<void> done) override {
        ask<void>(limit, std::move(done), [bytes](virDomainPtr domain) {
            const auto kib = static_cast<unsigned long>(bytes / kKiB);
            return done_if(virDomainSetMemoryFlags(domain, kib, VIR_DOMAIN_AFFECT_LIVE),
                           "cannot set the domain's memory");
        });
    }
    void facts(Limit limit, Done<MachineFacts> done) override {
        ask<MachineFacts>(limit, std::move(done), ask_facts);
    }

    void abandon() override {
        user_->on_event = nullptr;
        user_->on_closed = nullptr;
        opening_ = nullptr;
        opening_limit_.reset();
        calls_.abandon();
    }

  private:
    template <typename T>
    void ask(Limit limit, Done<T> done, std::function<Result<T>(virDomainPtr)> question) {
        calls_.ask<T>(
            [connection = domain_->connection(), name = domain_->name(),
             question = std::move(question)]() -> Result<T> {
                const Result<Domain> domain = connection->find(name);
                if (!domain) return fail(domain.error());
                return question(domain->get());
            },
            std::move(done), Calls::Limit{limit, silence(limit)});
    }

    void finish_opening(const Result<void>& result) {
        opening_limit_.reset();
        const Done<void> done = std::exchange(opening_, nullptr);
        if (done) done(result);
    }

    [[nodiscard]] std::string silence(Limit limit) const {
        return domain_->name() + ": no answer from libvirt at " + domain_->connection()->uri() +
               " within " + in_words(limit);
    }

    GMainContext* context_;
    std::shared_ptr<WatchedDomain> domain_;
    std::shared_ptr<WatchedDomain::User> user_;
    Done<void> opening_;
    glib::Source opening_limit_;
    Calls calls_;
};

}  // namespace

std::unique_ptr<Monitor> monitor(GMainContext* context, const GuestSpec& guest) {
    return std::make_unique<LibvirtMonitor>(context,
                                            std::make_shared<WatchedDomain>(context, guest));
}

}  // namespace hypnos::libvirt
