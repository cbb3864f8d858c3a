// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The watch as C has it. Unlike hypnos::Watch it may be freed while it calls back.

#pragma once

#include <memory>
#include <string>

#include "capi/guest.hpp"
#include "hypnos/watch.hpp"

struct hypnos_watch {
    hypnos_watch(hypnos_guest& guest, hypnos_event event, void* data);

    void free();

  private:
    void tell(const hypnos::WatchedEvent& watched);

    hypnos_loop& loop_;
    std::string guest_;
    hypnos_event event_;
    void* data_;
    int calling_ = 0;     // calls back may be nested: one may run the loop
    bool freed_ = false;  // while it called back
    std::unique_ptr<hypnos::Watch> watch_;
};
