// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A few blocking calls on the system bus, for any thread. Never starts a service.

#pragma once

#include <memory>

#include "sleep/system/bus/dbus.hpp"

namespace hypnos::sleep {

class BlockingBus {
  public:
    /// A connection of its own. Gives up on a bus that is silent for a second.
    [[nodiscard]] static Result<BlockingBus> connect(const Root& root);

    struct Method {
        const char* service;
        const char* path;
        const char* interface;
        const char* name;
    };

    [[nodiscard]] bool has_owner(const char* service) const;

    using Answer = glib::Owned<GVariant>;
    /// `arguments`: a tuple, or null; taken. `type`: what the answer must be of; null: anything.
    /// Waits for it for half a second.
    [[nodiscard]] Result<Answer> call(const Method& method, GVariant* arguments,
                                      const char* type = nullptr) const;

    /// Does not wait for an answer.
    void tell(const Method& method) const;

  private:
    struct Close {
        void operator()(GDBusConnection* connection) const;
    };
    explicit BlockingBus(GDBusConnection* owned) : connection_(owned) {}

    std::unique_ptr<GDBusConnection, Close> connection_;
};

}  // namespace hypnos::sleep
