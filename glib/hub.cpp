// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "glib/hub.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "glib/unique_fd.hpp"

namespace hypnos::glib::hub {
namespace {

constexpr std::int64_t kNever = -1;
constexpr std::int64_t kNow = 0;

class Hub {
  public:
    /// When, in microseconds of g_get_monotonic_time, and its place among those of the same time.
    using Time = std::pair<std::int64_t, std::uint64_t>;

    explicit Hub(GSource* source) : source_(source) {
        g_source_add_unix_fd(source, epoll_.get(), G_IO_IN);
    }

    /// False if epoll does not take it: a file, or watched here already.
    bool add_watch(int fd, GIOCondition condition, Callback callback);
    void remove_watch(int fd, std::uint64_t number);

    Time add_timer(std::int64_t due, Callback callback);
    void remove_timer(const Time& time) { const auto gone = timers_.extract(time); }

    /// Calls those that are ready, not those that they make ready. May be called from a callback.
    void turn();

    [[nodiscard]] std::uint64_t last_number() const { return last_number_; }

  private:
    struct Watch {
        std::uint64_t number;
        Callback callback;
        bool running = false;
    };

    void call_watches();
    void call_watch(std::uint64_t key);
    void call_timers(std::uint64_t last);
    void arm(std::int64_t due);

    GSource* source_;  // which owns this
    UniqueFd epoll_{epoll_create1(EPOLL_CLOEXEC)};
    std::unordered_map<int, std::shared_ptr<Watch>> watches_;
    std::map<Time, Callback> timers_;
    std::vector<epoll_event> ready_;  // its memory is used again
    std::uint64_t last_number_ = 0;
    std::int64_t armed_ = kNever;
};

static_assert(G_IO_IN == static_cast<int>(EPOLLIN) && G_IO_OUT == static_cast<int>(EPOLLOUT) &&
              G_IO_PRI == static_cast<int>(EPOLLPRI) && G_IO_ERR == static_cast<int>(EPOLLERR) &&
              G_IO_HUP == static_cast<int>(EPOLLHUP));

/// What epoll keeps: a descriptor's number may become another's.
std::uint64_t key_of(int fd, std::uint64_t number) {
    return number << 32 | static_cast<std::uint32_t>(fd);
}

bool Hub::add_watch(int fd, GIOCondition condition, Callback callback) {
    epoll_event interest{};
    interest.events = static_cast<std::uint32_t>(condition);
    interest.data.u64 = key_of(fd, ++last_number_);
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &interest) != 0) return false;
    watches_[fd] = std::make_shared<Watch>(Watch{last_number_, std::move(callback)});
    return true;
}

// If its descriptor was closed, the number may be another's by now.
void Hub::remove_watch(int fd, std::uint64_t number) {
    const auto found = watches_.find(fd);
    if (found == watches_.end() || found->second->number != number) return;
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    const auto gone = watches_.extract(found);
}

Hub::Time Hub::add_timer(std::int64_t due, Callback callback) {
    const Time time{due, ++last_number_};
    timers_.emplace(time, std::move(callback));
    if (armed_ == kNever || due < armed_) arm(due);
    return time;
}

// Also wakes the context, if its loop waits outside of GLib.
void Hub::arm(std::int64_t due) {
    if (armed_ == due) return;
    g_source_set_ready_time(source_, armed_ = due);
}

void Hub::turn() {
    const std::uint64_t last = last_number_;
    call_watches();
    call_timers(last);
    arm(timers_.empty() ? kNever : timers_.begin()->first.first);
}

void Hub::call_watches() {
    if (watches_.empty()) return;
    std::vector<epoll_event> ready = std::exchange(ready_, {});
    ready.resize(watches_.size());
    const int count = epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
    for (int i = 0; i < count; ++i) call_watch(ready[static_cast<std::size_t>(i)].data.u64);
    ready_ = std::move(ready);
}

// One that is gone was removed by another's callback.
void Hub::call_watch(std::uint64_t key) {
    const int fd = static_cast<int>(static_cast<std::uint32_t>(key));
    const auto found = watches_.find(fd);
    if (found == watches_.end() || key_of(fd, found->second->number) != key) return;
    const std::shared_ptr<Watch> watch = found->second;
    if (watch->running) return;
    watch->running = true;
    watch->callback();
    watch->running = false;
}

void Hub::call_timers(std::uint64_t last) {
    const std::int64_t now = g_get_monotonic_time();
    Time time{kNow, 0};
    for (auto at = timers_.begin(); at != timers_.end() && at->first.first <= now;
         at = timers_.upper_bound(time)) {
        time = at->first;
        if (time.second > last) continue;
        const auto timer = timers_.extract(at);
        timer.mapped()();
    }
}

struct HubSource {
    GSource base;
    std::shared_ptr<Hub>* hub;
};

std::shared_ptr<Hub>*& hub_of(GSource* source) { return reinterpret_cast<HubSource*>(source)->hub; }

gboolean dispatch(GSource* source, GSourceFunc, gpointer) {
    const std::shared_ptr<Hub> hub = *hub_of(source);
    hub->turn();
    return G_SOURCE_CONTINUE;
}

/// Those of all contexts.
struct Hubs {
    std::mutex mutex;
    std::map<GMainContext*, std::shared_ptr<Hub>*> of;
};
Hubs& hubs() {
    static Hubs* const all = new Hubs;  // outlives every context
    return *all;
}

void finalize(GSource* source) {
    const std::unique_ptr<std::shared_ptr<Hub>> hub(hub_of(source));
    const std::lock_guard lock(hubs().mutex);
    auto& of = hubs().of;
    const auto found = std::find_if(of.begin(), of.end(),
                                    [&](const auto& entry) { return entry.second == hub.get(); });
    if (found != of.end()) of.erase(found);
}

GSourceFuncs functions{nullptr, nullptr, dispatch, finalize, nullptr, nullptr};

std::shared_ptr<Hub>* new_hub(GMainContext* context) {
    GSource* source = g_source_new(&functions, sizeof(HubSource));
    const auto hub = new std::shared_ptr<Hub>(std::make_shared<Hub>(source));
    hub_of(source) = hub;
    g_source_set_can_recurse(source, TRUE);
    g_source_attach(source, context);
    g_source_unref(source);  // it lives as long as the context
    return hub;
}

std::shared_ptr<Hub> of(GMainContext* context) {
    if (context == nullptr) context = g_main_context_default();
    const std::lock_guard lock(hubs().mutex);
    std::shared_ptr<Hub>*& hub = hubs().of[context];
    if (hub == nullptr) hub = new_hub(context);
    return *hub;
}

struct HeldWatch {
    ~HeldWatch() { hub->remove_watch(fd, number); }
    std::shared_ptr<Hub> hub;
    int fd;
    std::uint64_t number;
};

struct HeldTimer {
    ~HeldTimer() { hub->remove_timer(time); }
    std::shared_ptr<Hub> hub;
    Hub::Time time;
};

template <typename Held>
Source source_of(Held* held) {
    return {held, [](void* it) { delete static_cast<Held*>(it); }};
}

Source at(GMainContext* context, std::int64_t due, Callback callback) {
    std::shared_ptr<Hub> hub = of(context);
    const Hub::Time time = hub->add_timer(due, std::move(callback));
    return source_of(new HeldTimer{std::move(hub), time});
}

}  // namespace

Source watch(GMainContext* context, int fd, GIOCondition condition, Callback callback) {
    std::shared_ptr<Hub> hub = of(context);
    if (!hub->add_watch(fd, condition, callback))
        return glib::watch(context, fd, condition, std::move(callback));
    const std::uint64_t number = hub->last_number();
    return source_of(new HeldWatch{std::move(hub), fd, number});
}

Source after(GMainContext* context, std::chrono::milliseconds delay, Callback callback) {
    const std::int64_t ms = std::clamp<std::int64_t>(delay.count(), 0, G_MAXUINT);
    return at(context, g_get_monotonic_time() + 1000 * ms, std::move(callback));
}

Source soon(GMainContext* context, Callback callback) {
    return at(context, kNow, std::move(callback));
}

}  // namespace hypnos::glib::hub
