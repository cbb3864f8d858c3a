// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/loop.hpp"

#include "capi/watch.hpp"

hypnos_loop::hypnos_loop() = default;
hypnos_loop::~hypnos_loop() = default;

void hypnos_loop::dispatch() {
    context.dispatch();
    ended.clear();
}

void hypnos_loop::run_until(const std::function<bool()>& over) {
    while (!over()) context.iterate();
    context.refresh();
    ended.clear();
}

hypnos_loop* hypnos_loop_new() { return new hypnos_loop; }

void hypnos_loop_free(hypnos_loop* loop) { delete loop; }

int hypnos_loop_fd(hypnos_loop* loop) { return loop->context.fd(); }

void hypnos_loop_dispatch(hypnos_loop* loop) { loop->dispatch(); }
