// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Work for a main context that comes from any thread, done in the order in which it came.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "glib/object.hpp"

namespace hypnos::libvirt {

/// Calls `function` once, from the context's next iteration, never from inside. Any thread.
void post(GMainContext* context, std::function<void()> function);

class Inbox : public std::enable_shared_from_this<Inbox> {
  public:
    using Letter = std::function<void()>;

    explicit Inbox(GMainContext* context);

    /// Any thread. What a letter holds may be destroyed on that thread, if the inbox is closed.
    void post(Letter letter);

    /// The context's thread: nothing is done from then on.
    void close();

    [[nodiscard]] GMainContext* context() const { return context_.get(); }

  private:
    void open_one();

    glib::Owned<GMainContext> context_;
    std::mutex mutex_;
    std::deque<Letter> letters_;
    bool closed_ = false;
};

}  // namespace hypnos::libvirt
