// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A few blocking calls on the system bus, for any thread. Never starts a service.

#pragma once

#include <chrono>
#include <memory>

#include "sleep/system/bus/dbus.hpp"

namespace hypnos::sleep {

class BlockingBus {
  public:
    /// How long it waits for an answer.
    using Limit = std::chrono::milliseconds;
    static constexpr Limit kShort{500};

    /// A connection of its own. Gives up on a bus that is silent for a second, or for `limit` if that
    /// is longer.
    [[nodiscard]] static Result<BlockingBus> connect(const Root& root, Limit limit = kShort);

    struct Method {
        const char* service;
        const char* path;
        const char* interface;
        const char* name;
    };

    [[nodiscard]] bool has_owner(const char* service) const;

    using Answer = glib::Owned<GVariant>;
    /// `arguments`: a tuple, or null; taken. `type`: what the answer must be of; null: anything.
    [[nodiscard]] Result<Answer> call(const Method& method, GVariant* arguments,
                                      const char* type = nullptr) const;

    /// Does not wait for an answer.
    void tell(const Method& method) const;

  private:
    struct Close {
        void operator()(GDBusConnection* connection) const;
    };
    BlockingBus(GDBusConnection* owned, Limit limit) : connection_(owned), limit_(limit) {}

    std::unique_ptr<GDBusConnection, Close> connection_;
    Limit limit_;
};

}  // namespace hypnos::sleep
