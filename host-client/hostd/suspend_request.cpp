// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "suspend_request.hpp"

#include <string>
#include <vector>

#include "glib/object.hpp"
#include "spelling.hpp"

namespace hypnos::hostd {
namespace {

/// A year: the alarm of most RTCs reaches no further.
constexpr guint64 kMostSeconds = 366ULL * 24 * 3600;
constexpr std::chrono::hours kMostDelay{1};

struct Alarm {
    guint64 seconds = 0, until = 0;
    bool none = false;
};

tl::unexpected<Error> usage(const std::string& why) { return fail(ErrorCode::Usage, why); }

Result<void> boolean(const std::string& name, GVariant* value, bool& to) {
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) == FALSE)
        return usage("the option '" + name + "' is a boolean (b)");
    to = g_variant_get_boolean(value) == TRUE;
    return {};
}

Result<void> option(const std::string& name, GVariant* value, HostSuspendOptions& options,
                    Alarm& alarm) {
    if (name == "force") return boolean(name, value, options.force);
    if (name == "allow-short") return boolean(name, value, options.allow_short);
    if (name == "no-alarm") return boolean(name, value, alarm.none);
    if (name == "until") {
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64) == FALSE)
            return usage("the option 'until' is seconds since 1970 (t)");
        alarm.until = g_variant_get_uint64(value);
        return {};
    }
    if (name == "delay-ms") {
        if (g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) == FALSE)
            return usage("the option 'delay-ms' is milliseconds (u)");
        options.delay = std::chrono::milliseconds(g_variant_get_uint32(value));
        return options.delay <= kMostDelay ? Result<void>() : usage("delay-ms is an hour at most");
    }
    return usage("there is no option '" + name + "'" +
                 did_you_mean(name, {"force", "allow-short", "no-alarm", "until", "delay-ms"}));
}

Result<std::optional<std::chrono::seconds>> wake_after(const Alarm& alarm,
                                                       std::chrono::seconds now) {
    if ((alarm.seconds > 0) + (alarm.until > 0) + (alarm.none ? 1 : 0) != 1)
        return usage(
            "one of seconds above 0, the option until, and the option no-alarm is needed, "
            "and only one");
    if (alarm.none) return std::nullopt;
    const auto past = static_cast<guint64>(now.count());
    if (alarm.until > 0 && alarm.until <= past) return usage("until is over already");
    const guint64 seconds = alarm.until > 0 ? alarm.until - past : alarm.seconds;
    if (seconds > kMostSeconds) return usage("a sleep of more than a year is not possible");
    return std::chrono::seconds(seconds);
}

}  // namespace

Result<HostSuspendOptions> parse_suspend(GVariant* arguments, std::chrono::seconds now,
                                         std::chrono::milliseconds delay) {
    const char *target = nullptr, *name = nullptr;
    HostSuspendOptions options{.delay = delay};
    Alarm alarm;
    GVariantIter* each = nullptr;
    g_variant_get(arguments, "(&sta{sv})", &target, &alarm.seconds, &each);
    const std::unique_ptr<GVariantIter, decltype(&g_variant_iter_free)> iter(each,
                                                                             g_variant_iter_free);
    const auto known = enumerator<HostTarget>(kHostTargetNames, target);
    if (!known)
        return usage("there is no target " + in_quotes(target) + ": mem, disk, hybrid or s2idle");
    options.target = *known;
    GVariant* value = nullptr;
    while (g_variant_iter_next(iter.get(), "{&sv}", &name, &value) == TRUE) {
        const glib::Owned<GVariant> owned(value);
        if (const Result<void> taken = option(name, value, options, alarm); !taken)
            return fail(taken.error());
    }
    const auto after = wake_after(alarm, now);
    if (!after) return fail(after.error());
    options.wake_after = *after;
    return options;
}

}  // namespace hypnos::hostd
