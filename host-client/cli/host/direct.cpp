// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/loop.hpp"
#include "sleeping.hpp"
#include "telling.hpp"

namespace hypnos::cli::host {
namespace {

class Direct {
  public:
    explicit Direct(const Wish& wish) : wish_(wish) {
        interrupt_.then([this] { cancel(); });
    }

    Result<Slept> go() {
        const auto accepted = run<Result<std::string>>(
            nullptr, [this](const auto& done) { power_.suspend(wish_.options, done); });
        if (!accepted) return fail(accepted.error());
        operation_ = *accepted;
        if (interrupt_.has_come()) cancel();
        bool over = false;
        const glib::Source limit = glib::after(nullptr, wish_.limit, [&over] { over = true; });
        while (!ended_ && !over) g_main_context_iteration(nullptr, TRUE);
        if (ended_) return Slept{operation_, ended_};
        cancel();
        return fail(not_in_time(operation_));
    }

  private:
    void changed(const HostSleep& sleep) {
        show_progress(in_words(sleep.state));
        if (sleep.state == HostSleep::State::Ended) ended_ = sleep;
    }

    void cancel() {
        if (operation_.empty()) return;
        const Result<void> cancelled = power_.cancel(operation_);
        if (!cancelled) complain(cancelled.error().message);
    }

    const Wish& wish_;
    std::string operation_;
    std::optional<HostSleep> ended_;
    Interrupt interrupt_{nullptr};
    HostPower power_{{.root = wish_.root},
                     {.changed = [this](const HostSleep& sleep) { changed(sleep); }}};
};

}  // namespace

Result<Slept> sleep_directly(const Wish& wish) { return Direct(wish).go(); }

}  // namespace hypnos::cli::host
