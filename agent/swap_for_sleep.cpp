// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/swap_for_sleep.hpp"

#include <glib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "sleep/core/preflight/parse.hpp"
#include "sleep/system/facts/parts.hpp"

namespace hypnos::agent {
namespace {

constexpr const char* kNote = "/run/hypnos/swap";

/// The highest priority, so that systemd-sleep too takes this one.
constexpr int kFirst = SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK;

int swap_on(const std::string& path) { return swapon(path.c_str(), kFirst) == 0 ? 0 : errno; }

int swap_off(const std::string& path) { return swapoff(path.c_str()) == 0 ? 0 : errno; }

int open_process(int pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

/// A child, as the kernel takes whoever switches swap off for the first to be killed when memory runs
/// out (set_current_oom_origin() in mm/swapfile.c). It ends with us. What we have open is not its to
/// hold for minutes: logind's delay lock, ports, /dev/snapshot.
int fork_to_switch_off(int (*off)(const std::string&), const std::string& path) {
    const int child = fork();
    if (child != 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    syscall(SYS_close_range, STDERR_FILENO + 1U, ~0U, 0U);
    _exit(off(path));
}

}  // namespace

const SwapForSleep::Kernel SwapForSleep::kKernel = {swap_on, swap_off, open_process};

SwapForSleep::SwapForSleep(const Root& root, std::chrono::seconds off_limit, const Kernel& kernel)
    : root_(root),
      off_limit_(off_limit),
      kernel_(kernel),
      ours_(root.text(kNote)),
      due_(!ours_.empty()) {}

void SwapForSleep::keep() {
    kept_ = true;
    due_ = !ours_.empty();
    stop();
}

void SwapForSleep::stop() {
    if (child_ == 0) return;
    stopped_ = true;
    kill(child_, SIGKILL);
}

// On ----------------------------------------------------------------------------------------------

void SwapForSleep::on(const std::string& path, Done done) {
    used_ = true;
    wanted_ = path;
    done_ = std::move(done);
    keep();
    if (child_ == 0) return switch_on();
    stop_limit_ = glib::after(nullptr, kStopLimit, [this] { switched_on(EBUSY); });
}

void SwapForSleep::switch_on() {
    const bool was_ours = ours_ == wanted_;
    if (!was_ours) note();
    switching_on_.start([on = kernel_.on, path = wanted_] { return on(path); },
                        [this, was_ours](int os_error) {
                            const bool was_on = os_error == EBUSY && is_on();
                            if (os_error != 0 && !was_ours) forget();
                            switched_on(was_on ? 0 : os_error);
                        });
}

void SwapForSleep::switched_on(int os_error) {
    due_ = !ours_.empty();
    stop_limit_.reset();
    wanted_.clear();
    std::exchange(done_, {})(os_error);
}

// Off ---------------------------------------------------------------------------------------------

void SwapForSleep::off() {
    kept_ = false;
    if (due_ && !used_ && child_ == 0) begin_off();
}

void SwapForSleep::begin_off() {
    due_ = stopped_ = false;
    const int child = fork_to_switch_off(kernel_.off, ours_);
    if (child < 0) return failed(g_strerror(errno));
    child_fd_ = UniqueFd(kernel_.open_process(child));
    if (!child_fd_) return give_up(child, errno);
    child_ = child;
    child_watch_ = glib::watch(nullptr, child_fd_.get(), G_IO_IN, [this] { ended(); });
    limit_ = glib::after(nullptr, off_limit_, [this] {
        failed("not done in " + std::to_string(off_limit_.count()) + " s");
        stop();
    });
}

/// Of a child whose end we could not hear of. It has hardly begun.
void SwapForSleep::give_up(int child, int os_error) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    failed(g_strerror(os_error));
}

void SwapForSleep::ended() {
    int wait_status = 0;
    waitpid(child_, &wait_status, 0);
    child_ = 0;
    child_watch_.reset();
    limit_.reset();
    ended(wait_status);
    stop_limit_.reset();
    if (!wanted_.empty()) return switch_on();
    if (!kept_) off();
}

void SwapForSleep::ended(int wait_status) {
    const int os_error = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : EINTR;
    if (os_error == 0) g_message("the swap %s is off again", ours_.c_str());
    if (os_error == 0 || !is_on()) return forget();
    if (stopped_) return;
    if (WIFSIGNALED(wait_status)) return failed("killed, as memory did not suffice");
    if (os_error != EINTR) return failed(g_strerror(os_error));
    due_ = true;  // another sleep came between: the freezer interrupts what waits in the kernel
}

void SwapForSleep::failed(const std::string& why) {
    g_warning("cannot switch the swap %s off: %s; it stays on until after the next sleep",
              ours_.c_str(), why.c_str());
}

bool SwapForSleep::is_on() const {
    const std::vector<Swap> swaps = parse_swaps(root_.text("/proc/swaps"));
    return std::any_of(swaps.begin(), swaps.end(), [this](const Swap& swap) {
        return facts::real_path(root_, swap.name) == facts::real_path(root_, ours_);
    });
}

// The note ----------------------------------------------------------------------------------------

void SwapForSleep::note() {
    ours_ = wanted_;
    if (const Result<void> noted = root_.replace(kNote, ours_ + "\n"); !noted)
        g_warning("%s; the swap will stay on if the agent is killed",
                  noted.error().message.c_str());
}

void SwapForSleep::forget() {
    due_ = false;
    ours_.clear();
    root_.remove(kNote);
}

}  // namespace hypnos::agent
