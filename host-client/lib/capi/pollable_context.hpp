// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A main context that somebody else's loop can wait for by one descriptor.
//
//   outer epoll ─┬─ timerfd        the context's next timeout
//                └─ inner epoll    the descriptors that the context polls
//
// The inner epoll is made anew when those change, not mended: a descriptor that was closed stays in
// an epoll for as long as a child of fork(2) has it too, and cannot be taken out any more
// (epoll(7)). The outer one is what callers know.

#pragma once

#include <glib.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "glib/unique_fd.hpp"

namespace hypnos::capi {

class PollableContext {
  public:
    PollableContext();

    [[nodiscard]] GMainContext* get() const { return context_.get(); }

    /// Readable when there is something to dispatch, or may be.
    [[nodiscard]] int fd() const { return outer_.get(); }

    /// Dispatches what is ready and what that makes ready, within a bound, and never blocks.
    void dispatch();

    /// Waits until something has been dispatched. Call refresh() at the end.
    void iterate() { g_main_context_iteration(get(), TRUE); }

    /// Makes the descriptor tell of what the context waits for now. Not needed for what is attached
    /// between dispatches: that wakes the context (G_MAIN_CONTEXT_FLAGS_OWNERLESS_POLLING).
    void refresh();

  private:
    [[nodiscard]] int query();
    void wait_for_descriptors();
    void wait_for_timeout(int ms);

    std::unique_ptr<GMainContext, decltype(&g_main_context_unref)> context_;
    UniqueFd outer_, inner_, timer_;
    std::vector<GPollFD> polled_, known_;  // now; in the inner epoll
    std::uint64_t watches_ = 0;            // glib::watches_made() when that was made
};

}  // namespace hypnos::capi
