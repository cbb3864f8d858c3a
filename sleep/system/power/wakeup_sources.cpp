// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Seen with Linux 6.1 (Debian, cloud) in QEMU, in event_count and active_count alike:
//
//   S3 or hybrid, ended by           pc                       q35
//   QMP system_wakeup                LNXPWRBN:00 +1           LNXPWRBN:00 +1
//   RTC alarm                        00:05 (the RTC) +1       00:04 (the RTC) +1, LNXPWRBN:00 +1
//
// wakeup_count stays 0, /sys/power/wakeup_count is the sum, and pm_wakeup_irq does not exist (it
// needs CONFIG_PM_SLEEP_DEBUG). S4 changes none. Other sources there: device:NN, PNP0A03:00 (bridges)
// and alarmtimer.0.auto, all 0.

#include "sleep/system/power/wakeup_sources.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sleep/core/number.hpp"

namespace hypnos::sleep {
namespace {

constexpr const char* kSources = "/sys/class/wakeup";
constexpr const char* kWakeupIrq = "/sys/power/pm_wakeup_irq";

constexpr std::string_view kRtc = "rtc";
constexpr std::string_view kPowerButton = "power-button";
constexpr std::string_view kSleepButton = "sleep-button";

/// Buttons by their ACPI name: of the fixed kind, and of the kind described in tables.
struct Button {
    std::string_view name, word;
};
constexpr std::array<Button, 4> kButtons = {{{"LNXPWRBN:", kPowerButton},
                                             {"PNP0C0C:", kPowerButton},
                                             {"LNXSLPBN:", kSleepButton},
                                             {"PNP0C0E:", kSleepButton}}};

/// An RTC's own name says nothing ("00:05" on a PC): its device has a directory "rtc". alarmtimer is
/// the kernel's user of the RTC's alarm.
bool is_rtc(const Root& root, const std::string& source, std::string_view name) {
    return root.has(source + "/device/rtc") || name.starts_with("alarmtimer");
}

std::string word_for(const Root& root, const std::string& source, const std::string& name) {
    if (is_rtc(root, source, name)) return std::string(kRtc);
    for (const Button& button : kButtons)
        if (name.starts_with(button.name)) return std::string(button.word);
    return name;
}

bool counted(const std::string& word, const WakeupCounts& before, const WakeupCounts& after) {
    const auto now = after.find(word);
    if (now == after.end()) return false;
    const auto then = before.find(word);
    return now->second > (then == before.end() ? 0 : then->second);
}

}  // namespace

WakeupCounts read_wakeup_counts(const Root& root) {
    WakeupCounts counts;
    for (const std::string& number : root.list(kSources)) {
        const std::string source = std::string(kSources) + "/" + number;
        const std::optional<std::string> name = root.read(source + "/name");
        if (!name) continue;
        counts[word_for(root, source, *name)] +=
            leading_number(root.text(source + "/event_count")).value_or(0);
    }
    return counts;
}

std::string wake_reason(const Root& root, const WakeupCounts& before, const WakeupCounts& after) {
    for (const std::string_view word : {kRtc, kPowerButton, kSleepButton})
        if (counted(std::string(word), before, after)) return std::string(word);
    for (const auto& [word, count] : after)
        if (counted(word, before, after)) return word;
    const std::string irq = root.text(kWakeupIrq);
    return irq.empty() ? "" : "irq " + irq;
}

}  // namespace hypnos::sleep
