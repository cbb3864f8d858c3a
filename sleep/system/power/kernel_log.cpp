// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/power/kernel_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace hypnos::sleep {
namespace {

constexpr std::size_t kMessagesMax = 2000;

/// The kernel escapes control and non-ASCII bytes, and the backslash itself, as "\xNN".
std::string unescaped(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        unsigned char byte = 0;
        const bool escape = text.size() >= 4 && text.substr(0, 2) == "\\x" &&
                            std::from_chars(&text[2], &text[2] + 2, byte, 16).ptr == &text[2] + 2;
        result += escape ? static_cast<char>(byte) : text.front();
        text.remove_prefix(escape ? 4 : 1);
    }
    return result;
}

}  // namespace

std::optional<std::string> kmsg_message(std::string_view line) {
    if (line.empty() || line.front() == ' ') return std::nullopt;
    const std::size_t prefix = line.find(';');
    if (prefix == std::string_view::npos) return std::nullopt;
    return unescaped(line.substr(prefix + 1));
}

KernelLog::KernelLog(const Root& root, From from)
    : kmsg_(open(root.path("/dev/kmsg").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (kmsg_ && from == From::Now) lseek(kmsg_.get(), 0, SEEK_END);
}

void KernelLog::take(const char* data, std::size_t size, std::deque<std::string>& messages) {
    partial_.append(data, size);
    std::size_t start = 0, end = 0;
    for (; (end = partial_.find('\n', start)) != std::string::npos; start = end + 1) {
        if (auto message = kmsg_message(std::string_view(partial_).substr(start, end - start)))
            messages.push_back(std::move(*message));
        if (messages.size() > kMessagesMax) messages.pop_front();
    }
    partial_.erase(0, start);
}

/// An ordinary file, as a test may have, would be readable for ever.
int KernelLog::live_fd() const {
    struct stat info {};
    const bool live = kmsg_ && fstat(kmsg_.get(), &info) == 0 && S_ISCHR(info.st_mode);
    return live ? kmsg_.get() : -1;
}

std::vector<std::string> KernelLog::read_new() {
    std::array<char, 16384> chunk{};  // each read gives one message, of 8 KiB at most
    std::deque<std::string> messages;
    while (kmsg_) {
        const ssize_t size = read(kmsg_.get(), chunk.data(), chunk.size());
        if (size > 0) take(chunk.data(), static_cast<std::size_t>(size), messages);
        // EPIPE: older messages were overwritten before they were read; the rest is still there.
        if (size == 0 || (size < 0 && errno != EPIPE && errno != EINTR)) break;
    }
    return {messages.begin(), messages.end()};
}

}  // namespace hypnos::sleep
