// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "world.hpp"

#include <set>

#include "hypnos/directory.hpp"
#include "wire/unix_socket.hpp"

namespace hypnos::hostd {
namespace {

class RealGuest : public CarriedGuest {
  public:
    explicit RealGuest(const GuestSpec& spec) : guest_(nullptr, spec) {}

    void runs(Limit limit, Done<bool> done) override {
        guest_.status(limit, [this, done = std::move(done)](const GuestStatus& status) {
            if (status.run_state) return done(*status.run_state == "running");
            if (status.agent) return done(true);
            is_off() ? done(false) : done(fail(status.run_state.error()));
        });
    }
    void suspend(SleepMode mode, Limit limit, Done<SuspendReport> done) override {
        guest_.suspend({.mode = mode, .limit = limit}, std::move(done));
    }
    void cancel() override { guest_.cancel(); }
    void pause(Limit limit, Done<void> done) override { guest_.pause(limit, std::move(done)); }
    void unpause(Limit limit, Done<void> done) override { guest_.unpause(limit, std::move(done)); }
    void wake(const WakeOptions& options, Done<WakeReport> done) override {
        guest_.wake(options, std::move(done));
    }

  private:
    /// libvirt would have said so itself.
    [[nodiscard]] bool is_off() const {
        const GuestSpec& spec = guest_.spec();
        const auto gone = [](const std::string& path) {
            return path.empty() || is_abandoned(path);
        };
        return spec.domain.empty() && gone(spec.qmp) && gone(spec.agent) && gone(spec.power);
    }

    Guest guest_;
};

/// Guests of several places; of two with one name, or of one that is known twice, the first.
class Finds {
  public:
    void add(const Result<std::vector<GuestSpec>>& guests) {
        if (!guests) return found_.problems.push_back(guests.error().message);
        for (const GuestSpec& guest : *guests) add(guest);
    }
    [[nodiscard]] Found take() { return std::move(found_); }

  private:
    void add(const GuestSpec& guest) {
        const bool is_domain = !guest.domain.empty();
        if (is_domain && !domains_.emplace(guest.uri, guest.domain).second) return;
        if (names_.insert(guest.name).second) return found_.guests.push_back(guest);
        found_.problems.push_back("two guests are called " + guest.name + ": the one of " +
                                  guest.uri + " is left alone; give it a file in guests.d");
    }

    Found found_;
    std::set<std::string> names_;
    std::set<std::pair<std::string, std::string>> domains_;
};

constexpr const char* kGuestsD = "/etc/hypnos/guests.d";

/// By their files.
std::vector<std::string> names_in(const sleep::Root& root) {
    constexpr std::string_view kEnd = ".conf";
    std::vector<std::string> names;
    for (const std::string& file : root.list(kGuestsD))
        if (file.ends_with(kEnd)) names.push_back(file.substr(0, file.size() - kEnd.size()));
    return names;
}

/// A mistake in one file does not hinder the others.
void add_files(Finds& finds, const sleep::Root& root) {
    const std::string guests_d = root.path(kGuestsD);
    const auto all = select_guests({.all = true, .guests_d = guests_d});
    if (all) return finds.add(all);
    const std::vector<std::string> names = names_in(root);
    if (names.empty()) return finds.add(all);
    for (const std::string& name : names)
        finds.add(select_guests({.words = {name}, .guests_d = guests_d}));
}

Found find(const sleep::Root& root, const std::vector<std::string>& connect) {
    Finds finds;
    add_files(finds, root);
    for (const std::string& uri : connect)
        finds.add(select_guests({.all = true, .connect = {uri}}));
    return finds.take();
}

}  // namespace

World real_world(const sleep::Root& root, const Config& config) {
    return {.find = [root, connect = config.connect] { return find(root, connect); },
            .reach = [](const GuestSpec& guest) { return std::make_unique<RealGuest>(guest); }};
}

}  // namespace hypnos::hostd
