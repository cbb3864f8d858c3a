// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Blocking questions to libvirt: asked on a connection's thread, answered on a main context.

#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glib/source.hpp"
#include "libvirt/connection.hpp"
#include "libvirt/events.hpp"
#include "libvirt/inbox.hpp"

namespace hypnos::libvirt {

/// Belongs to the context's thread, as do the callbacks.
class Calls {
  public:
    template <typename T>
    using Job = std::function<Result<T>()>;
    template <typename T>
    using Done = std::function<void(Result<T>)>;
    struct Limit {
        std::chrono::milliseconds time;
        std::string silence;  ///< the text of TimedOut
    };

    Calls(std::shared_ptr<Inbox> inbox, std::shared_ptr<Connection> connection)
        : inbox_(std::move(inbox)), connection_(std::move(connection)) {}
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;
    ~Calls() { abandon(); }

    /// `job` owns what it uses: it is not waited for. `done` is called once, unless abandoned, and
    /// after the inbox has got every event that libvirt sent before its answer.
    template <typename T>
    void ask(Job<T> job, Done<T> done, const std::optional<Limit>& limit = {}) {
        const auto call = std::make_shared<Call<T>>(std::move(done));
        if (limit) call->limit(inbox_->context(), *limit, call);
        remember(call);
        connection_->run([call, job = std::move(job), inbox = inbox_] {
            if (call->given_up) return;
            const auto result = std::make_shared<Result<T>>(job());
            after_events([call, result, inbox] {
                inbox->post([call, result] { call->finish(std::move(*result)); });
            });
        });
    }

    /// Nobody is called back. What has not begun is not begun.
    void abandon() {
        for (const std::weak_ptr<Pending>& entry : std::exchange(pending_, {})) {
            if (const auto call = entry.lock()) call->drop();
        }
    }

  private:
    struct Pending {
        virtual ~Pending() = default;
        virtual void drop() = 0;
    };

    // Its last owner may be another thread; by then it holds nothing of the context's.
    template <typename T>
    struct Call : Pending {
        explicit Call(Done<T> callback) : done(std::move(callback)) {}

        void limit(GMainContext* context, const Limit& limit, const std::weak_ptr<Call>& self) {
            timer = glib::after(context, limit.time, [self, silence = limit.silence] {
                if (const auto call = self.lock()) call->finish(fail(ErrorCode::TimedOut, silence));
            });
        }
        void finish(Result<T> result) {
            if (!done) return;
            const Done<T> tell = std::move(done);
            drop();
            tell(std::move(result));
        }
        void drop() override {
            given_up = true;
            done = nullptr;
            timer.reset();
        }

        Done<T> done;
        glib::Source timer;
        std::atomic<bool> given_up = false;
    };

    void remember(const std::weak_ptr<Pending>& call) {
        std::erase_if(pending_, [](const auto& entry) { return entry.expired(); });
        pending_.push_back(call);
    }

    std::shared_ptr<Inbox> inbox_;
    std::shared_ptr<Connection> connection_;
    std::vector<std::weak_ptr<Pending>> pending_;
};

}  // namespace hypnos::libvirt
