// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One of /dev/input/event*: linux/input.h.

#pragma once

#include <optional>
#include <string>

#include "agent/core/sleep_button.hpp"
#include "glib/unique_fd.hpp"

namespace hypnos::agent {

struct InputDevice {
    UniqueFd fd;
    InputIdentity identity;
};

/// Nothing if it cannot be opened or is no such device. Of its keys only KEY_SLEEP will be read, so
/// that nobody's typing wakes, or is seen by, the agent.
[[nodiscard]] std::optional<InputDevice> open_input_device(const std::string& path);

enum class KeyRead { Nothing, Pressed, Gone };

/// What has come since: whether KEY_SLEEP went down, or whether the device is no more.
[[nodiscard]] KeyRead read_sleep_key(int fd);

}  // namespace hypnos::agent
