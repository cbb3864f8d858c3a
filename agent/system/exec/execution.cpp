// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/exec/execution.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace hypnos::agent {
namespace {

constexpr std::size_t kReadAtOnce = 65536;
constexpr int kLookMs = 1000;

/// One program's descriptors; each is closed when there is nothing more to do with it.
class Pump {
  public:
    Pump(StartedProgram program, std::string_view input, std::atomic<bool>& running)
        : program_(std::move(program)), input_(input), running_(running) {}

    ExecResult run() {
        while ((program_.pidfd || program_.output || program_.errors) && !waited_enough()) turn();
        if (running_) reap();  // there was no pidfd to wait with
        return std::move(result_);
    }

  private:
    void turn() {
        std::array<pollfd, 4> ready = {{{program_.pidfd.get(), POLLIN, 0},
                                        {program_.input.get(), POLLOUT, 0},
                                        {program_.output.get(), POLLIN, 0},
                                        {program_.errors.get(), POLLIN, 0}}};
        const int patience = ended_ ? kLookMs : -1;
        if (poll(ready.data(), ready.size(), patience) < 0) return;  // EINTR
        if (ready[1].revents != 0) feed();
        if (ready[2].revents != 0) drain(program_.output, result_.output);
        if (ready[3].revents != 0) drain(program_.errors, result_.errors);
        if (ready[0].revents != 0) reap();
    }

    /// For what the program has left behind with its output open.
    [[nodiscard]] bool waited_enough() const {
        return ended_ && Clock::now() - *ended_ >= Execution::kLeftBehind;
    }

    void feed() {
        const ssize_t size = write(program_.input.get(), input_.data(), input_.size());
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        input_.remove_prefix(size < 0 ? input_.size() : static_cast<std::size_t>(size));
        if (input_.empty()) program_.input = {};
    }

    void drain(UniqueFd& stream, CapturedStream& captured) {
        const ssize_t size = read(stream.get(), chunk_.data(), chunk_.size());
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (size <= 0) stream = UniqueFd();
        if (size > 0) captured.take({chunk_.data(), static_cast<std::size_t>(size)});
    }

    void reap() {
        waitpid(program_.pid, &result_.wait_status, 0);
        program_.pidfd = UniqueFd();
        ended_ = Clock::now();
        running_ = false;
    }

    using Clock = std::chrono::steady_clock;

    StartedProgram program_;
    std::optional<Clock::time_point> ended_;
    std::string_view input_;
    std::atomic<bool>& running_;
    std::array<char, kReadAtOnce> chunk_{};
    ExecResult result_;
};

}  // namespace

std::shared_ptr<Execution> Execution::follow(StartedProgram program, std::string input) {
    auto execution = std::make_shared<Execution>();
    std::thread([execution, program = std::move(program), input = std::move(input)]() mutable {
        execution->run(std::move(program), input);
    }).detach();
    return execution;
}

void Execution::run(StartedProgram program, const std::string& input) {
    auto result =
        std::make_shared<const ExecResult>(Pump(std::move(program), input, running_).run());
    const std::lock_guard lock(mutex_);
    result_ = std::move(result);
}

std::shared_ptr<const ExecResult> Execution::result() const {
    const std::lock_guard lock(mutex_);
    return result_;
}

}  // namespace hypnos::agent
