// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "agent/system/bus.hpp"
#include "agent/system/logind.hpp"
#include "agent/system/logind_names.hpp"

namespace hypnos::agent {
namespace {

/// For connecting, asking and the answer together.
constexpr std::chrono::milliseconds kLimit{1000};

/// Cancels what takes longer. A thread, because GDBus's blocking calls turn no loop of ours.
class Limit {
  public:
    explicit Limit(std::chrono::milliseconds limit) : thread_([this, limit] { wait(limit); }) {}
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
    ~Limit() {
        {
            const std::lock_guard lock(mutex_);
            in_time_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }
    [[nodiscard]] GCancellable* get() const { return cancellable_.get(); }

  private:
    void wait(std::chrono::milliseconds limit) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, limit, [this] { return in_time_; }))
            g_cancellable_cancel(cancellable_.get());
    }

    glib::Owned<GCancellable> cancellable_{g_cancellable_new()};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool in_time_ = false;
    std::thread thread_;
};

glib::Owned<GVariant> list_inhibitors(const Root& root) {
    const Limit limit(kLimit);
    const glib::Owned<GDBusConnection> bus(g_dbus_connection_new_for_address_sync(
        bus_address(root).c_str(), kBusFlags, nullptr, limit.get(), nullptr));
    if (!bus) return nullptr;
    g_dbus_connection_set_exit_on_close(bus.get(), FALSE);
    return glib::Owned<GVariant>(g_dbus_connection_call_sync(
        bus.get(), logind::kName, logind::kPath, logind::kInterface, "ListInhibitors", nullptr,
        G_VARIANT_TYPE("(a(ssssuu))"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
        static_cast<int>(kLimit.count()), limit.get(), nullptr));
}

/// `what` is a list with colons.
bool concerns_sleep(std::string_view what) {
    return (":" + std::string(what) + ":").find(":sleep:") != std::string::npos;
}

/// systemd 257 calls "block-weak" what "block" was before: root need not mind.
bool blocks(std::string_view mode) { return mode == "block" || mode == "block-weak"; }

}  // namespace

std::vector<Inhibitor> block_inhibitors(const Root& root) {
    if (access(bus_socket(root).c_str(), F_OK) != 0) return {};
    const glib::Owned<GVariant> reply = list_inhibitors(root);
    if (!reply) return {};
    std::vector<Inhibitor> found;
    const char *what = nullptr, *who = nullptr, *why = nullptr, *mode = nullptr;
    guint32 uid = 0, pid = 0;
    GVariantIter* each = nullptr;
    g_variant_get(reply.get(), "(a(ssssuu))", &each);
    while (g_variant_iter_next(each, "(&s&s&s&suu)", &what, &who, &why, &mode, &uid, &pid) ==
           TRUE) {
        if (concerns_sleep(what) && blocks(mode))
            found.push_back({who, why, static_cast<int>(pid)});
    }
    g_variant_iter_free(each);
    return found;
}

}  // namespace hypnos::agent
