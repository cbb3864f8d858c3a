// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <algorithm>
#include <map>

#include "bus.hpp"
#include "glib/variant_json.hpp"
#include "hypnos/loop.hpp"
#include "sleeping.hpp"
#include "telling.hpp"

namespace hypnos::cli::host {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{200};
constexpr std::chrono::seconds kCancelLimit{30};

void add(GVariantBuilder& options, const char* name, GVariant* value) {
    g_variant_builder_add(&options, "{sv}", name, value);
}

/// (sta{sv}) of Suspend.
GVariant* arguments_of(const Wish& wish) {
    const HostSuspendOptions& asked = wish.options;
    GVariantBuilder options;
    g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
    if (wish.until) add(options, "until", g_variant_new_uint64(static_cast<guint64>(*wish.until)));
    if (!asked.wake_after) add(options, "no-alarm", g_variant_new_boolean(TRUE));
    if (asked.allow_short) add(options, "allow-short", g_variant_new_boolean(TRUE));
    if (asked.force) add(options, "force", g_variant_new_boolean(TRUE));
    const auto delay = std::min<std::int64_t>(asked.delay.count(), UINT32_MAX);
    if (wish.has_delay) add(options, "delay-ms", g_variant_new_uint32(static_cast<guint32>(delay)));
    const bool by_seconds = asked.wake_after && !wish.until;
    return g_variant_new("(st@a{sv})", std::string(name_of(asked.target)).c_str(),
                         by_seconds ? static_cast<guint64>(asked.wake_after->count()) : 0,
                         g_variant_builder_end(&options));
}

Error failed(const Error& error) {
    if (error.code != ErrorCode::Unreachable) return error;
    return {error.code, error.message +
                            "; start hypnos-hostd, or use --direct, which sleeps without carrying "
                            "guests"};
}

/// From the request to the end of the sleep.
class ByHostd {
  public:
    ByHostd(const HostBus& bus, const Wish& wish)
        : bus_(bus),
          wish_(wish),
          signals_(bus.listen(
              [this](std::string_view signal, GVariant* arguments) { heard(signal, arguments); })) {
        interrupt_.then([this] { cancel(); });
    }

    Result<Slept> go() {
        const auto accepted = run<Result<HostBus::Answer>>(nullptr, [this](const auto& done) {
            bus_.call("Suspend", arguments_of(wish_), "(s)", wish_.limit, done);
        });
        if (!accepted) return fail(failed(accepted.error()));
        const char* operation = nullptr;
        g_variant_get(accepted->get(), "(&s)", &operation);
        operation_ = operation;
        if (interrupt_.has_come()) cancel();
        if (!wish_.wait && !interrupt_.has_come()) return Slept{operation_, {}};
        return wait();
    }

  private:
    Result<Slept> wait() {
        bool over = false;
        const glib::Source limit = glib::after(nullptr, wish_.limit, [&over] { over = true; });
        const glib::Source gone = bus_.on_gone([this] { look_at_files(); });
        while (ended_.count(operation_) == 0 && !over) g_main_context_iteration(nullptr, TRUE);
        if (ended_.count(operation_) == 0) return fail(not_in_time(operation_));
        return Slept{operation_, ended_.at(operation_)};
    }

    void heard(std::string_view signal, GVariant* arguments) {
        if (signal == "OperationChanged" &&
            g_variant_is_of_type(arguments, G_VARIANT_TYPE("(ssa{sv})")) == TRUE)
            return operation_changed(arguments);
        if (signal == "GuestChanged" &&
            g_variant_is_of_type(arguments, G_VARIANT_TYPE("(ssss)")) == TRUE)
            guest_changed(arguments);
    }

    void operation_changed(GVariant* arguments) {
        const glib::Owned<GVariant> details(g_variant_get_child_value(arguments, 2));
        const std::optional<HostSleep> sleep = host_sleep_from_json(glib::to_json(details.get()));
        if (!sleep) return look_at_files();
        if (is_ours(sleep->operation)) show_progress(in_words(sleep->state));
        if (sleep->state == HostSleep::State::Ended) ended_[sleep->operation] = *sleep;
    }

    void guest_changed(GVariant* arguments) {
        const char *operation = nullptr, *guest = nullptr, *state = nullptr, *text = nullptr;
        g_variant_get(arguments, "(&s&s&s&s)", &operation, &guest, &state, &text);
        if (is_ours(operation))
            show_progress(std::string(guest) + ": " + state + (*text == '\0' ? "" : ": ") + text);
    }

    /// Or may be: signals may come before the answer.
    [[nodiscard]] bool is_ours(std::string_view operation) const {
        return operation_.empty() || operation == operation_;
    }

    /// Until hostd's record tells the end: hostd has died, or is started again and tells it nobody.
    void look_at_files() {
        if (looking_) return;
        show_progress("hypnos-hostd is gone or not understood; its record will tell the outcome");
        looking_ = glib::every(nullptr, kLook, [this] {
            const std::optional<HostSleep> last = files_.status().last;
            if (last && last->state == HostSleep::State::Ended) ended_[last->operation] = *last;
        });
    }

    /// Called off as soon as its id is known.
    void cancel() {
        if (operation_.empty()) return show_progress("it will be called off");
        bus_.call("Cancel", g_variant_new("(s)", operation_.c_str()), "()", kCancelLimit,
                  [](const Result<HostBus::Answer>& cancelled) {
                      if (!cancelled) complain(cancelled.error().message);
                  });
    }

    const HostBus& bus_;
    const Wish& wish_;
    std::string operation_;
    std::map<std::string, HostSleep> ended_;  // by operation
    Interrupt interrupt_{nullptr};
    HostPower files_{{.root = wish_.root}, {}};
    glib::Source looking_;
    glib::Source signals_;
};

}  // namespace

Result<Slept> sleep_by_hostd(const Wish& wish) {
    const Result<HostBus> bus = HostBus::connect(sleep::Root(wish.root));
    if (!bus) return fail(failed(bus.error()));
    return ByHostd(*bus, wish).go();
}

}  // namespace hypnos::cli::host
