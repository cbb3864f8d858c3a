// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/kernel_log.hpp"

#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "sleep/core/number.hpp"

namespace hypnos::sleep {
namespace {

using Text = std::string_view;

/// A hundred tasks of one program stuck on one file system need not all be told.
constexpr std::size_t kTasksMax = 16;

bool has(Text line, Text part) { return line.find(part) != Text::npos; }

bool has_any(Text line, std::initializer_list<Text> parts) {
    for (const Text part : parts) {
        if (has(line, part)) return true;
    }
    return false;
}

Text trimmed(Text text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == Text::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

/// The number that follows `key`, padded with spaces.
int number_after(Text line, Text key) {
    const std::size_t at = line.find(key);
    if (at == Text::npos) return 0;
    return leading_number<int>(trimmed(line.substr(at + key.size()))).value_or(0);
}

/// "task:NAME  state:D stack:0     pid:230   ppid:1 ...". The name, cut to 15 bytes, may hold
/// anything, even " state:": what follows it cannot, so its last occurrence counts.
std::optional<Task> task_of(Text line) {
    constexpr Text kTask = "task:", kState = " state:";
    if (line.substr(0, kTask.size()) != kTask) return std::nullopt;
    const std::size_t state = line.rfind(kState);
    if (state == Text::npos || state < kTask.size()) return std::nullopt;
    const Text name = trimmed(line.substr(kTask.size(), state - kTask.size()));
    return Task{std::string(name), number_after(line.substr(state), " pid:")};
}

/// Linux before 6.2 says "Freezing of tasks failed after", later ones "Freezing user space
/// processes failed after" or "Freezing remaining freezable tasks failed after".
bool freezing(Text line, Text how) { return line.substr(0, 9) == "Freezing " && has(line, how); }

/// The freezer lists tasks between its verdict and the thaw; a list of blocked tasks that somebody
/// else asked for looks the same.
bool ends_list(Text line) { return has_any(line, {"OOM killer enabled", "Restarting tasks"}); }

bool tells_wakeup(Text line) {
    return has_any(line, {"Wakeup pending, aborting suspend", "Wakeup event detected during",
                          "active wakeup source: "}) ||
           freezing(line, " aborted after ");
}

/// Of waking up, which may fail too, but not because of the sleep.
bool tells_resume(Text line) {
    return has_any(
        line, {" failed to resume", " failed to restore", " failed to thaw", " failed to recover"});
}

/// "DRIVER DEVICE: PM: failed to suspend: error -16"; Linux before 5.4: "PM: Device DEVICE failed
/// to suspend: error -16".
std::string failed_device(Text line) {
    constexpr Text kBefore = "PM: Device ";
    if (tells_resume(line)) return {};
    if (line.substr(0, kBefore.size()) == kBefore && has(line, " failed to "))
        return std::string(line.substr(kBefore.size(), line.find(" failed to ") - kBefore.size()));
    const std::size_t end = line.find(": PM: failed to ");
    if (end == Text::npos) return {};
    const Text who = line.substr(0, end);
    return std::string(who.substr(who.rfind(' ') + 1));
}

/// Of the lines about an image that was not resumed from, the one that says most; 0 is best.
std::size_t rank_of_loss(Text line) {
    constexpr std::array<Text, 7> kLosses = {
        "Hibernate inconsistent memory map detected",
        "Image mismatch: ",
        "Unrecognized hibernate image header",
        "Swap header not found",
        "Invalid image CRC32",
        "Failed to load image",
        "Image not found",
    };
    std::size_t rank = 0;
    while (rank < kLosses.size() && !has(line, kLosses.at(rank))) ++rank;
    return rank < kLosses.size() ? rank : Text::npos;
}

/// Without the kernel's own prefixes.
std::string without_prefix(Text line) {
    for (const Text prefix : {Text("PM: "), Text("hibernation: ")}) {
        if (line.substr(0, prefix.size()) == prefix) line.remove_prefix(prefix.size());
    }
    return std::string(line);
}

class Reader {
  public:
    void take(Text line) {
        take_freezer(line);
        if (tells_wakeup(line)) reason_.wakeup_pending = true;
        if (reason_.device.empty()) reason_.device = failed_device(line);
        if (const std::size_t rank = rank_of_loss(line); rank < loss_) {
            loss_ = rank;
            reason_.image_lost = without_prefix(line);
        }
    }

    [[nodiscard]] const KernelReason& reason() const { return reason_; }

  private:
    void take_freezer(Text line) {
        if (freezing(line, " failed after ")) listing_ = true;
        if (ends_list(line)) listing_ = false;
        if (!listing_ || reason_.refusing.size() == kTasksMax) return;
        if (const std::optional<Task> task = task_of(line)) reason_.refusing.push_back(*task);
    }

    KernelReason reason_;
    bool listing_ = false;
    std::size_t loss_ = Text::npos;
};

std::string named(const Task& task) {
    return "task " + task.name + " (pid " + std::to_string(task.pid) + ")";
}

}  // namespace

KernelReason read_reason(const std::vector<std::string>& lines) {
    Reader reader;
    for (const std::string& line : lines) reader.take(line);
    return reader.reason();
}

std::string refusal_text(const std::vector<Task>& tasks) {
    if (tasks.empty()) return {};
    std::string text = named(tasks.front());
    if (tasks.size() > 1) text += " and " + std::to_string(tasks.size() - 1) + " more";
    return text + " did not freeze within the kernel's limit";
}

}  // namespace hypnos::sleep
