// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/input/sleep_keys.hpp"

#include <glib.h>

#include <utility>

namespace hypnos::agent {
namespace {

constexpr const char* kDirectory = "/dev/input";
constexpr const char* kPrefix = "event";

/// No device has this name, so what is watched is the directory, or the nearest one above it: PathWatch.
constexpr const char* kNoDevice = "/dev/input/event";

}  // namespace

SleepKeys::SleepKeys(const Root& root, Deps deps) : root_(root), deps_(std::move(deps)) { look(); }

/// Watches before it looks, so that nothing comes in between.
void SleepKeys::look() {
    directory_.arm(root_.path(kNoDevice), [this] { look(); });
    for (const std::string& name : root_.list(kDirectory)) {
        if (name.starts_with(kPrefix) && held_.count(name) == 0) look_at(name);
    }
}

void SleepKeys::look_at(const std::string& name) {
    const std::string path = root_.path(std::string(kDirectory) + "/" + name);
    std::optional<InputDevice> device = deps_.open(path);
    if (!device || !deps_.wanted(device->identity)) return;
    g_message("the sleep button is %s (%s)", path.c_str(), device->identity.phys.c_str());
    Held& held = held_[name];
    held.fd = std::move(device->fd);
    held.source = glib::watch(nullptr, held.fd.get(), G_IO_IN, [this, name] { read(name); });
}

void SleepKeys::read(const std::string& name) {
    const KeyRead found = read_sleep_key(held_.at(name).fd.get());
    if (found == KeyRead::Gone) forget(name);
    if (found == KeyRead::Pressed) deps_.pressed();
}

/// Another one may have got its name already.
void SleepKeys::forget(const std::string& name) {
    g_message("the sleep button %s is gone", name.c_str());
    held_.erase(name);
    look();
}

}  // namespace hypnos::agent
