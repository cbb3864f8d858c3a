// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/input/input_device.hpp"

#include <fcntl.h>
#include <linux/input.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace hypnos::agent {
namespace {

using Keys = std::array<std::uint8_t, (KEY_MAX + 8) / 8>;

constexpr int kDown = 1;  ///< 0 is up, 2 a repetition

std::optional<InputIdentity> identify(int fd) {
    Keys keys{};
    if (ioctl(fd, EVIOCGBIT(EV_KEY, keys.size()), keys.data()) < 0) return std::nullopt;
    std::array<char, 256> phys{};
    ioctl(fd, EVIOCGPHYS(phys.size() - 1), phys.data());  // not every device has one
    return InputIdentity{phys.data(), (keys[KEY_SLEEP / 8] & (1 << (KEY_SLEEP % 8))) != 0};
}

/// Without it, before Linux 4.4, others are read and passed over.
void hear_only_sleep_key(int fd) {
    Keys keys{};
    keys[KEY_SLEEP / 8] = 1 << (KEY_SLEEP % 8);
    input_mask mask{};
    mask.type = EV_KEY;
    mask.codes_size = keys.size();
    mask.codes_ptr = reinterpret_cast<std::uintptr_t>(keys.data());
    ioctl(fd, EVIOCSMASK, &mask);
}

bool is_press(const input_event& event) {
    return event.type == EV_KEY && event.code == KEY_SLEEP && event.value == kDown;
}

}  // namespace

std::optional<InputDevice> open_input_device(const std::string& path) {
    UniqueFd fd(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!fd) return std::nullopt;
    std::optional<InputIdentity> identity = identify(fd.get());
    if (!identity) return std::nullopt;
    hear_only_sleep_key(fd.get());
    return InputDevice{std::move(fd), std::move(*identity)};
}

KeyRead read_sleep_key(int fd) {
    std::array<input_event, 64> events{};
    KeyRead found = KeyRead::Nothing;
    ssize_t size = 0;
    while ((size = read(fd, events.data(), sizeof events)) > 0) {
        const auto* const end =
            events.begin() + static_cast<std::size_t>(size) / sizeof(input_event);
        if (std::any_of(events.cbegin(), end, is_press)) found = KeyRead::Pressed;
    }
    return size == 0 || errno != EAGAIN ? KeyRead::Gone : found;
}

}  // namespace hypnos::agent
