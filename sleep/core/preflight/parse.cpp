// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/preflight/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "sleep/core/number.hpp"

namespace hypnos::sleep {
namespace {

/// Flag of /proc/PID/stat: a thread of the kernel (include/linux/sched.h).
constexpr std::uint64_t kKernelThread = 0x00200000;

std::uint64_t number(const std::string& text) {
    return leading_number<std::uint64_t>(text).value_or(0);
}

/// The kernel writes white space in paths as three octal digits.
std::string unescape(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        const bool escaped =
            text[i] == '\\' && i + 3 < text.size() &&
            std::from_chars(&text[i + 1], &text[i + 4], value, 8).ptr == &text[i + 4];
        result += escaped ? static_cast<char>(value) : text[i];
        if (escaped) i += 3;
    }
    return result;
}

bool lies_below(const std::string& path, const std::string& directory) {
    if (directory == "/") return true;
    return path.starts_with(directory) &&
           (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

bool Choice::offers(const std::string& word) const {
    return std::find(words.begin(), words.end(), word) != words.end();
}

Choice parse_choice(const std::string& text) {
    Choice choice{split(text), "", text};
    for (std::string& word : choice.words)
        if (word.size() > 2 && word.front() == '[' && word.back() == ']')
            choice.chosen = word = word.substr(1, word.size() - 2);
    return choice;
}

bool KernelFacts::has(const std::string& word) const {
    return command_line &&
           std::find(command_line->begin(), command_line->end(), word) != command_line->end();
}

std::optional<std::string> KernelFacts::parameter(const std::string& name) const {
    std::optional<std::string> value;
    if (!command_line) return value;
    for (const std::string& word : *command_line)
        if (word.starts_with(name + "=")) value = word.substr(name.size() + 1);
    return value;
}

bool StandingBy::is_swap() const {
    return signature.empty() || signature == "SWAPSPACE2" || holds_image();
}

bool StandingBy::holds_image() const { return signature.starts_with("S1SUSPEND"); }

std::vector<Swap> parse_swaps(const std::string& text) {
    std::vector<Swap> swaps;
    for (const auto& words : lines_of(text)) {
        if (words.size() < 4 || !words[0].starts_with('/')) continue;
        const std::string name = unescape(words[0]);
        if (name.ends_with(" (deleted)")) continue;
        swaps.push_back({.name = name,
                         .zram = name.find("/zram") != std::string::npos,
                         .file = words[1] == "file",
                         .size = number(words[2]) * 1024,
                         .used = number(words[3]) * 1024});
    }
    return swaps;
}

std::map<std::string, std::uint64_t> parse_meminfo(const std::string& text) {
    std::map<std::string, std::uint64_t> info;
    for (const auto& words : lines_of(text))
        if (words.size() == 3 && words[0].ends_with(':'))
            info[words[0].substr(0, words[0].size() - 1)] = number(words[1]) * 1024;
    return info;
}

std::optional<int> parse_buddyinfo(const std::string& text) {
    constexpr std::size_t kFirstOrder = 4;  // "Node 0, zone Normal 12 7 ..."
    std::optional<int> largest;
    for (const auto& words : lines_of(text)) {
        if (words.size() <= kFirstOrder || words[3] == "DMA") continue;
        largest = std::max(largest.value_or(-1), -1);
        for (std::size_t i = kFirstOrder; i < words.size(); ++i)
            if (number(words[i]) > 0)
                largest = std::max(*largest, static_cast<int>(i - kFirstOrder));
    }
    return largest;
}

std::optional<std::int64_t> parse_balloon(const std::string& vmstat) {
    std::optional<std::int64_t> taken, given_back;
    for (const auto& words : lines_of(vmstat)) {
        if (words[0] == "balloon_inflate" && words.size() == 2) taken = leading_number(words[1]);
        if (words[0] == "balloon_deflate" && words.size() == 2)
            given_back = leading_number(words[1]);
    }
    if (!taken || !given_back) return std::nullopt;
    return std::max(*taken - *given_back, std::int64_t{0});
}

std::vector<Mount> parse_mounts(const std::string& mountinfo) {
    std::vector<Mount> mounts;
    for (const auto& words : lines_of(mountinfo)) {
        const auto dash = std::find(words.begin(), words.end(), "-");
        if (dash - words.begin() < 6 || words.end() - dash < 2) continue;
        mounts.push_back({.device = words[2],
                          .point = unescape(words[4]),
                          .type = dash[1],
                          .read_only = words[5].starts_with("ro")});
    }
    return mounts;
}

const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path) {
    const Mount* found = nullptr;
    for (const Mount& mount : mounts)
        if (lies_below(path, mount.point) &&
            (found == nullptr || mount.point.size() >= found->point.size()))
            found = &mount;
    return found;
}

std::vector<std::string> parse_fstab_swap_files(const std::string& text) {
    std::vector<std::string> files;
    for (const auto& words : lines_of(text))
        if (words.size() >= 3 && words[2] == "swap" && words[0].starts_with('/') &&
            !words[0].starts_with("/dev/"))
            files.push_back(unescape(words[0]));
    return files;
}

std::map<std::string, std::string> parse_random_keys(const std::string& crypttab) {
    constexpr std::array kRandom = {"/dev/urandom", "/dev/random", "/dev/hwrng", "/dev/hw_random"};
    std::map<std::string, std::string> keys;
    for (const auto& words : lines_of(crypttab))
        if (words.size() >= 3 && !words[0].starts_with('#') &&
            std::find(kRandom.begin(), kRandom.end(), words[2]) != kRandom.end())
            keys[words[0]] = words[0] + " has its key from " + words[2];
    return keys;
}

std::optional<StuckTask> parse_stuck(const std::string& stat, const std::string& wchan) {
    constexpr std::size_t kFlags = 6;  // counted from the state, which follows the name
    const std::size_t open = stat.find('(');
    const std::size_t close = stat.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open) return {};
    const std::vector<std::string> words = split(stat.substr(close + 1));
    if (words.size() <= kFlags || (number(words[kFlags]) & kKernelThread) != 0) return {};
    const char state = words[0][0];
    if (state != 'D' && (state != 'S' || wchan != "request_wait_answer")) return {};
    return StuckTask{static_cast<int>(number(stat)), stat.substr(open + 1, close - open - 1), wchan,
                     state};
}

/// Its file system has one directory and no names in it but this.
bool is_secretmem(const std::string& link) {
    return link == "secretmem" || link == "/secretmem" || link == "/secretmem (deleted)";
}

}  // namespace hypnos::sleep
