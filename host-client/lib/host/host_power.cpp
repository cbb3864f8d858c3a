// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/host_power.hpp"

#include <memory>
#include <utility>

#include "glib/worker.hpp"
#include "host/host_operation.hpp"
#include "host/inspection.hpp"
#include "sleep/system/time/clocks.hpp"
#include "sleep/system/uuid.hpp"

namespace hypnos {
namespace {

using Accepted = std::function<void(Result<std::string>)>;

constexpr std::chrono::seconds kInhibitorLimit{5};

Error too_short(std::chrono::seconds asked) {
    return {
        ErrorCode::Refused,
        "a sleep of " + std::to_string(asked.count()) + " s is too short: at least " +
            std::to_string(kLeastHostSleep.count()) +
            " s are needed, for freezing alone may take 20 s, and an alarm that rings before the "
            "host sleeps wakes nobody; ask for longer, or allow short ones"};
}

Error busy(const HostSleep& sleep) {
    return {ErrorCode::Refused,
            "another sleep of this host is under way: operation " + sleep.operation + ", " +
                std::string(kHostSleepStateNames.at(static_cast<std::size_t>(sleep.state)))};
}

Error blocked(const HostCapability& capability) {
    const Finding* blocker = sleep::first_blocker(capability.findings);
    return refusal(std::string(name_of(capability.target)) + " does not work now: " +
                       blocker->code + " (" + blocker->subject + "): " + blocker->hint,
                   *blocker);
}

HostSleep new_sleep(Initiator initiator, HostTarget target, HostBackend backend) {
    return {.operation = sleep::new_uuid(),
            .target = target,
            .initiator = initiator,
            .backend = backend,
            .requested_at = std::chrono::floor<std::chrono::seconds>(sleep::realtime())};
}

}  // namespace

struct HostPower::Impl {
    Impl(const Options& chosen, const Handlers& to_call)
        : root(chosen.root),
          options(chosen),
          handlers(to_call),
          logind(root, {"hypnos-hostd", "puts the guests to sleep first"},
                 {[this](SleepMode) { announced(); }, [this] { over(); }, [this] { holding(); }}),
          world{sleep::Power(root), logind, handlers,
                root.text("/proc/sys/kernel/random/boot_id")} {}

    void suspend(const HostSuspendOptions& wish, const Accepted& accepted);
    void inspected(const HostSuspendOptions& wish, Inspection inspection, const Accepted& accepted);
    void start(const HostSuspendOptions& wish, const Inspection& inspection,
               const Accepted& accepted);
    void announced();
    void over();
    void holding();
    bool finish_leftover();
    [[nodiscard]] bool is_busy() const {
        return operation && operation->sleep().state != HostSleep::State::Ended;
    }
    HostOperation& operate(const HostSleep& sleep, std::optional<SleepLock> with_lock);

    sleep::Root root;
    Options options;
    Handlers handlers;
    sleep::Logind logind;
    HostWorld world;
    bool logind_started = false, watching = false;
    bool asking = false;            ///< a request is being looked at
    std::optional<SleepLock> lock;  ///< of that request
    std::unique_ptr<HostOperation> operation;
    glib::Worker<Inspection> inspector;
    glib::Worker<HostCapabilities> capable;
    std::vector<std::function<void(const HostCapabilities&)>> wondering;  ///< who waits for that
    std::function<void()> once_held;
    glib::Source timer, reaper;
};

HostOperation& HostPower::Impl::operate(const HostSleep& sleep,
                                        std::optional<SleepLock> with_lock) {
    reaper.reset();
    operation = std::make_unique<HostOperation>(world, sleep, std::move(with_lock), [this] {
        reaper = glib::soon(nullptr, [this] { operation.reset(); });
    });
    return *operation;
}

void HostPower::Impl::suspend(const HostSuspendOptions& wish, const Accepted& accepted) {
    if (wish.wake_after && *wish.wake_after < kLeastHostSleep && !wish.allow_short)
        return accepted(fail(too_short(*wish.wake_after)));
    if (is_busy()) return accepted(fail(busy(operation->sleep())));
    if (asking)
        return accepted(fail(ErrorCode::Refused, "another request to sleep is being looked at"));
    Result<SleepLock> taken = SleepLock::take(root);
    if (!taken) return accepted(fail(taken.error()));
    lock = *std::move(taken);
    asking = true;
    inspector.start(
        [power = world.power, wish, backend = options.backend] {
            return inspect(power, backend, wish.target, wish.force);
        },
        [this, wish, accepted](const Inspection& seen) { inspected(wish, seen, accepted); });
}

void HostPower::Impl::inspected(const HostSuspendOptions& wish, Inspection inspection,
                                const Accepted& accepted) {
    if (!inspection.capability.works) {
        lock.reset();
        asking = false;
        return accepted(fail(blocked(inspection.capability)));
    }
    const bool wait = inspection.backend == HostBackend::Logind && !logind.holds();
    if (!wait) return start(wish, inspection, accepted);
    once_held = [this, wish, inspection, accepted] { start(wish, inspection, accepted); };
    timer = glib::after(nullptr, kInhibitorLimit, [this, accepted] {
        timer.reset();
        once_held = {};
        lock.reset();
        asking = false;
        accepted(
            fail("logind gave no delay inhibitor within 5 s, without which the alarm cannot be set "
                 "last; look at the journal of systemd-logind"));
    });
    if (!std::exchange(logind_started, true)) logind.start();
}

void HostPower::Impl::start(const HostSuspendOptions& wish, const Inspection& inspection,
                            const Accepted& accepted) {
    timer.reset();
    asking = false;
    if (is_busy()) {  // somebody else has begun one meanwhile
        lock.reset();
        return accepted(fail(busy(operation->sleep())));
    }
    const WakeAlarm alarm(root);
    Result<void> ready = wish.wake_after ? alarm.can_wake() : Result<void>();
    HostOperation& begun =
        operate(new_sleep(Initiator::Host, wish.target, inspection.backend), std::move(lock));
    lock.reset();
    if (ready) ready = begun.accept(inspection.plan, wish.wake_after);
    if (!ready) {
        operation.reset();
        return accepted(fail(ready.error()));
    }
    accepted(begun.sleep().operation);
    begun.begin(wish.delay);
}

void HostPower::Impl::announced() {
    finish_leftover();
    if (operation && operation->sleep().state == HostSleep::State::Restoring) operation->end();
    if (!is_busy() && !watching) return logind.release();
    if (!is_busy()) {
        Result<SleepLock> taken = SleepLock::take(root);
        operate(new_sleep(Initiator::Local, HostTarget::Mem, HostBackend::Logind),
                taken ? std::optional(*std::move(taken)) : std::nullopt);
    }
    operation->announced();
}

void HostPower::Impl::over() {
    if (operation) operation->over();
}

void HostPower::Impl::holding() {
    if (once_held) std::exchange(once_held, {})();
    if (operation) operation->missed_the_end();
}

bool HostPower::Impl::finish_leftover() {
    const SleepStore store(root);
    const std::optional<Unfinished> unfinished = store.unfinished();
    if (!unfinished || is_busy()) return false;
    Result<SleepLock> taken = SleepLock::take(root);
    if (!taken) return false;  // whoever began it lives
    operate(unfinished->sleep, *std::move(taken)).take_over(*unfinished);
    return true;
}

HostPower::HostPower(const Options& options, const Handlers& handlers)
    : impl_(std::make_unique<Impl>(options, handlers)) {}
HostPower::~HostPower() = default;

void HostPower::capabilities(std::function<void(const HostCapabilities&)> done) {
    impl_->wondering.push_back(std::move(done));
    if (impl_->wondering.size() > 1) return;
    impl_->capable.start([power = impl_->world.power,
                          backend = impl_->options.backend] { return inspect_all(power, backend); },
                         [impl = impl_.get()](const HostCapabilities& known) {
                             for (const auto& tell : std::exchange(impl->wondering, {}))
                                 tell(known);
                         });
}

void HostPower::suspend(const HostSuspendOptions& options, Accepted accepted) {
    impl_->finish_leftover();
    impl_->suspend(options, accepted);
}

Result<void> HostPower::cancel(const std::string& operation) {
    const auto& current = impl_->operation;
    if (!current || current->sleep().state == HostSleep::State::Ended)
        return fail(ErrorCode::Refused, "no sleep of this host is under way here");
    if (!operation.empty() && current->sleep().operation != operation)
        return fail(busy(current->sleep()));
    return current->cancel();
}

bool HostPower::watch_others() {
    impl_->watching = true;
    const bool finishes = impl_->finish_leftover();
    if (!std::exchange(impl_->logind_started, true)) impl_->logind.start();
    return finishes;
}

HostStatus HostPower::status() const {
    const SleepStore store(impl_->root);
    HostStatus status{.last = store.last()};
    const auto& current = impl_->operation;
    if (current && current->sleep().state != HostSleep::State::Ended)
        status.current = current->sleep();
    else
        status.current = store.current();
    return status;
}

}  // namespace hypnos
