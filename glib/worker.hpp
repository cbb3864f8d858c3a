// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One blocking job at a time on a thread of its own, its result back on the main loop.

#pragma once

#include <sys/eventfd.h>

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "glib/source.hpp"

namespace hypnos::glib {

template <typename Result>
class Worker {
  public:
    using Job = std::function<Result()>;
    using Done = std::function<void(const Result&)>;

    /// Runs `job` on a new thread; `done` is called from the default main context. A job that was
    /// running is given up: it ends by itself some time, its result is dropped. So a job must own,
    /// or outlive the process with, all that it uses.
    void start(Job job, Done done) {
        const auto slot = std::make_shared<Slot>();
        slot_ = slot;
        watch_ = watch(nullptr, slot->finished.get(), G_IO_IN, [this, done = std::move(done)] {
            watch_.reset();
            const std::shared_ptr<Slot> finished = std::exchange(slot_, nullptr);
            done(*finished->result);
        });
        std::thread([slot, job = std::move(job)] {
            slot->result = job();
            eventfd_write(slot->finished.get(), 1);
        }).detach();
    }

    /// Drops the job that runs.
    void give_up() {
        watch_.reset();
        slot_.reset();
    }

  private:
    struct Slot {
        UniqueFd finished{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
        std::optional<Result> result;
    };
    std::shared_ptr<Slot> slot_;
    Source watch_;
};

}  // namespace hypnos::glib
