// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Threads for calls that block: at most so many at once, none while there is nothing to do.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace hypnos::libvirt {

class Threads {
  public:
    using Job = std::function<void()>;

    explicit Threads(std::size_t most) : pool_(std::make_shared<Pool>()) { pool_->most = most; }

    /// Any thread. Jobs begin in order, and are done even if this is destroyed meanwhile: they own
    /// what they use.
    void run(Job job) {
        const std::lock_guard lock(pool_->mutex);
        pool_->jobs.push_back(std::move(job));
        if (pool_->running == pool_->most) return;
        ++pool_->running;
        std::thread([pool = pool_] { pool->work(); }).detach();
    }

  private:
    struct Pool {
        void work() {
            while (const Job job = next()) job();
        }

        /// Without a job the thread counts as gone.
        Job next() {
            const std::lock_guard lock(mutex);
            if (jobs.empty()) {
                --running;
                return nullptr;
            }
            Job job = std::move(jobs.front());
            jobs.pop_front();
            return job;
        }

        std::mutex mutex;
        std::deque<Job> jobs;
        std::size_t running = 0, most = 1;
    };
    std::shared_ptr<Pool> pool_;
};

}  // namespace hypnos::libvirt
