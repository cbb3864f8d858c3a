// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// In place of the rest of this folder where there is no libvirt.

#include <map>
#include <utility>

#include "glib/source.hpp"
#include "libvirt/libvirt.hpp"

namespace hypnos::libvirt {
namespace {

tl::unexpected<Error> without(const std::string& what) {
    return fail(ErrorCode::Usage,
                "cannot reach " + what +
                    ": this hypnosctl was built without libvirt; give the sockets of its QEMU "
                    "(qmp=PATH,agent=PATH,power=PATH), or build it with -Dlibvirt=enabled");
}

tl::unexpected<Error> without(const GuestSpec& guest) {
    return without("domain '" + guest.domain + "' of " + guest.uri);
}

/// What calls back from the loop.
class Calls {
  public:
    explicit Calls(GMainContext* context) : context_(context) {}

    void soon(std::function<void()> call) {
        const unsigned key = next_++;
        pending_[key] = glib::soon(context_, [this, key, call = std::move(call)] {
            const auto own = pending_.extract(key);
            call();
        });
    }
    void drop() { pending_.clear(); }
    [[nodiscard]] GMainContext* context() const { return context_; }

  private:
    GMainContext* context_;
    unsigned next_ = 0;
    std::map<unsigned, glib::Source> pending_;
};

class NoConnector : public Connector {
  public:
    NoConnector(GMainContext* context, GuestSpec guest, const std::string& port)
        : calls_(context), guest_(std::move(guest)), name_(guest_.domain + " " + port) {}

    void connect(Done done) override {
        calls_.soon([done = std::move(done), error = without(guest_)] { done(error); });
    }
    [[nodiscard]] std::string name() const override { return name_; }

  private:
    Calls calls_;
    GuestSpec guest_;
    std::string name_;
};

class NoMonitor : public Monitor {
  public:
    NoMonitor(GMainContext* context, GuestSpec guest) : calls_(context), guest_(std::move(guest)) {}

    [[nodiscard]] std::unique_ptr<Monitor> share() const override {
        return std::make_unique<NoMonitor>(calls_.context(), guest_);
    }
    void open(Limit, Done<void> done) override { refuse(std::move(done)); }
    [[nodiscard]] bool is_open() const override { return false; }
    void on_event(std::function<void(const Event&)>) override {}
    void on_closed(std::function<void(const Error&)>) override {}
    void run_state(Limit, Done<std::string> done) override { refuse(std::move(done)); }
    void wake(Limit, Done<void> done) override { refuse(std::move(done)); }
    void start(Limit, Done<void> done) override { refuse(std::move(done)); }
    void stop(Limit, Done<void> done) override { refuse(std::move(done)); }
    void cont(Limit, Done<void> done) override { refuse(std::move(done)); }
    void balloon(Limit, Done<Balloon> done) override { refuse(std::move(done)); }
    void set_balloon(std::int64_t, Limit, Done<void> done) override { refuse(std::move(done)); }
    void facts(Limit, Done<MachineFacts> done) override { refuse(std::move(done)); }
    void abandon() override { calls_.drop(); }

  private:
    template <typename T>
    void refuse(Done<T> done) {
        calls_.soon([done = std::move(done), error = without(guest_)] { done(error); });
    }

    Calls calls_;
    GuestSpec guest_;
};

}  // namespace

Result<std::vector<GuestSpec>> list_domains(const std::string& uri) { return without(uri); }

std::unique_ptr<Connector> channel(GMainContext* context, const GuestSpec& guest,
                                   const std::string& port) {
    return std::make_unique<NoConnector>(context, guest, port);
}

std::unique_ptr<Connector> agent(GMainContext* context, const GuestSpec& guest) {
    return std::make_unique<NoConnector>(context, guest, "org.qemu.guest_agent.0");
}

std::unique_ptr<Monitor> monitor(GMainContext* context, const GuestSpec& guest) {
    return std::make_unique<NoMonitor>(context, guest);
}

}  // namespace hypnos::libvirt
