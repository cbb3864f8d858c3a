// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// hypnos-hostd on the system bus: org.hypnos.Host1. Default main context.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "glib/object.hpp"
#include "glib/source.hpp"
#include "hypnos/protocol/error.hpp"
#include "sleep/system/root.hpp"

namespace hypnos::cli::host {

class HostBus {
  public:
    using Answer = glib::Owned<GVariant>;
    using Done = std::function<void(Result<Answer>)>;
    using Heard = std::function<void(std::string_view signal, GVariant* arguments)>;

    /// Waits a few seconds for the bus.
    [[nodiscard]] static Result<HostBus> connect(const sleep::Root& root);

    /// Starts hostd if the bus can. `arguments`: a tuple, taken; `type`: what the answer must be of.
    /// Unreachable: hostd is not there. The user may be asked for a password meanwhile.
    void call(const char* method, GVariant* arguments, const char* type,
              std::chrono::milliseconds limit, Done done) const;

    /// hostd's signals, until the Source is destroyed.
    [[nodiscard]] glib::Source listen(Heard heard) const;

    /// hostd, or the bus, is not there (any more).
    [[nodiscard]] glib::Source on_gone(glib::Callback gone) const;

  private:
    explicit HostBus(GDBusConnection* owned)
        : connection_(owned), scope_(std::make_unique<glib::Scope>()) {}

    glib::Owned<GDBusConnection> connection_;
    std::unique_ptr<glib::Scope> scope_;
};

}  // namespace hypnos::cli::host
