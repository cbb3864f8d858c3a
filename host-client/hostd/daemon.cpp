// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "daemon.hpp"

#include <utility>

namespace hypnos::hostd {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{200};
constexpr std::chrono::seconds kPatience{30};

}  // namespace

Daemon::Daemon(const sleep::Root& root, const Config& config, const glib::Callback& lost)
    : root_(root),
      config_(config),
      carrier_(root, config,
               {[this](const std::string& operation, const std::string& guest,
                       const std::string& state, const std::string& text) {
                   service_.guest_changed(operation, guest, state, text);
               }}),
      power_(
          {.root = root.path("/"), .backend = config.backend},
          {.changed = [this](const HostSleep& sleep) { service_.operation_changed(sleep); },
           .prepare = [this](const HostSleep& sleep, const auto& go) { prepare(sleep, go); },
           .hurry = [this] { carrier_.stop(); },
           .restore = [this](const HostSleep& sleep, const auto& done) { restore(sleep, done); }}),
      service_(root, config,
               {power_, [this] { return carrier_.last(); }, [this] { return preparing_; }}, lost) {}

Result<void> Daemon::start() {
    if (config_.wake_on_lan_port != 0) {
        auto listening = MagicWaker::listen(config_.wake_on_lan_port, real_world(root_, config_));
        if (!listening) return fail(listening.error());
        magic_ = *std::move(listening);
    }
    service_.start();
    if (!power_.watch_others() && std::exchange(left_, false)) carrier_.recover([] {});
    return {};
}

void Daemon::prepare(const HostSleep& sleep, const std::function<void(Result<void>)>& go) {
    preparing_ = true;
    const bool refuse = config_.refuse_on_failure;
    carrier_.put_to_sleep(sleep.operation, config_.deadline,
                          [this, go, refuse](const Result<void>& slept) {
                              preparing_ = false;
                              if (!slept) g_warning("%s", slept.error().message.c_str());
                              go(refuse ? slept : Result<void>());
                              service_.guests_settled();  // which lets systemd go on
                          });
}

void Daemon::restore(const HostSleep& sleep, const std::function<void()>& done) {
    std::exchange(left_, false) ? carrier_.recover(done) : carrier_.wake(sleep.operation, done);
}

bool Daemon::idle() const { return !carrier_.busy() && !power_.status().current; }

void Daemon::stop(glib::Callback idle) {
    [[maybe_unused]] const Result<void> cancelled = power_.cancel("");
    patience_ = glib::after(nullptr, kPatience, idle);
    looks_ = glib::every(nullptr, kLook, [this, idle] {
        if (this->idle()) idle();
    });
}

}  // namespace hypnos::hostd
