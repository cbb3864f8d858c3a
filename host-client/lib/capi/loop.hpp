// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The loop as C has it.

#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "capi/pollable_context.hpp"
#include "hypnos/hypnos.h"

struct hypnos_loop {
    hypnos_loop();
    ~hypnos_loop();

    void dispatch();

    /// Blocks and dispatches until `over`.
    void run_until(const std::function<bool()>& over);

    hypnos::capi::PollableContext context;
    /// Watches that were freed while they called back.
    std::vector<std::unique_ptr<hypnos_watch>> ended;
};
