// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The blocking face of the library, for scripts and command lines: start one asynchronous operation
// on a context and iterate it until the operation calls back. Every operation of this library ends
// by its own deadline, so this ends too.
//
//   MainContext context;
//   AgentSession agent(context.get(), "/run/guest/agent.sock");
//   const auto opened = run<Result<void>>(context.get(), [&](auto done) { agent.open(5s, done); });
//
// A context is iterated by one thread.

#pragma once

#include <glib.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace hypnos {

/// A private main context.
class MainContext {
  public:
    MainContext() : context_(g_main_context_new(), g_main_context_unref) {}
    [[nodiscard]] GMainContext* get() const { return context_.get(); }

  private:
    std::unique_ptr<GMainContext, decltype(&g_main_context_unref)> context_;
};

/// `start` is given the callback that the operation must call, once, with its result.
template <typename T, typename Start>
T run(GMainContext* context, Start start) {
    std::optional<T> result;
    start(std::function<void(T)>([&result](T value) { result.emplace(std::move(value)); }));
    while (!result) g_main_context_iteration(context, TRUE);
    return *std::move(result);
}

}  // namespace hypnos
