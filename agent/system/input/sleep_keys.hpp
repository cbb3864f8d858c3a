// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// All sleep buttons of the machine, as they come and go. Waiting costs no wakeup: inotify(7) tells of
// new devices.

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "agent/system/input/input_device.hpp"
#include "glib/source.hpp"
#include "sleep/system/path_watch.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::agent {

using namespace sleep;

/// Main context only.
class SleepKeys {
  public:
    struct Deps {
        std::function<std::optional<InputDevice>(const std::string& path)> open;
        std::function<bool(const InputIdentity& device)> wanted;
        glib::Callback pressed;
    };

    SleepKeys(const Root& root, Deps deps);
    SleepKeys(const SleepKeys&) = delete;
    SleepKeys& operator=(const SleepKeys&) = delete;

    [[nodiscard]] bool any() const { return !held_.empty(); }

  private:
    struct Held {
        UniqueFd fd;
        glib::Source source;
    };

    void look();
    void look_at(const std::string& name);
    void read(const std::string& name);
    void forget(const std::string& name);

    Root root_;
    Deps deps_;
    PathWatch directory_;
    std::map<std::string, Held> held_;  ///< by name
};

}  // namespace hypnos::agent
