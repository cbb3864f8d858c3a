// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/hooks/runner.hpp"

#include <glib.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "agent/system/hooks/environment.hpp"
#include "agent/system/hooks/settings.hpp"
#include "sleep/core/number.hpp"
#include "sleep/system/time/clocks.hpp"

namespace hypnos::agent {
namespace {

using std::chrono::milliseconds;

constexpr int kTimedOut = 124;
constexpr int kNotNow = 75;  ///< EX_TEMPFAIL of sysexits.h
constexpr int kNothingToDo = 77;
constexpr int kLinesLogged = 20;

/// What a post is left at least, however long it took to end its pre.
constexpr milliseconds kLeast{1000};

/// While a supervisor that another process started is between its beginning and its first act.
constexpr milliseconds kTryAgain{10};

std::vector<std::string> command_line(const Hook& hook, HookPhase phase, SleepMode mode) {
    if (hook.style == HookStyle::Fsfreeze)
        return {hook.path, phase == HookPhase::Pre ? "freeze" : "thaw"};
    return {hook.path, std::string(name_of(phase)), verb(mode)};
}

/// Fit for a JSON string: UTF-8, without the last newline.
std::string printable(const std::string& output) {
    char* valid = g_utf8_make_valid(output.c_str(), -1);
    std::string text = g_strchomp(valid);
    g_free(valid);
    return text;
}

const char* result_of(const Child::Exit& exit) {
    if (exit.stuck) return "stuck";
    if (exit.timed_out) return "timed-out";
    return exit.status == 0 || exit.status == kNothingToDo ? "ok" : "failed";
}

/// The first line, if it is a number of seconds.
std::optional<std::chrono::seconds> retry_after(const std::string& output) {
    const auto seconds = whole_number<std::int32_t>(output.substr(0, output.find('\n')));
    if (!seconds || *seconds < 0) return std::nullopt;
    return std::chrono::seconds(*seconds);
}

HookReport report_of(const Hook& hook, HookPhase phase, const Child::Exit& exit) {
    HookReport report{hook.name,   phase,     result_of(exit),
                      exit.status, exit.took, printable(exit.output),
                      std::nullopt};
    if (report.status == kNotNow) report.retry_after = retry_after(report.output);
    return report;
}

void log_output(const HookReport& report) {
    std::istringstream lines(report.output);
    int count = 0;
    for (std::string line; std::getline(lines, line) && count < kLinesLogged; ++count)
        g_message("hook %s %s: %s", report.name.c_str(), std::string(name_of(report.phase)).c_str(),
                  line.c_str());
    if (lines) g_message("hook %s: more of its output is left out", report.name.c_str());
}

}  // namespace

void HookRunner::run(const Hook& hook, HookPhase phase, milliseconds limit, const Record& record,
                     Done done) {
    hook_ = hook;
    phase_ = phase;
    limit_ = limit;
    record_ = record;
    done_ = std::move(done);
    began_ = boottime();
    stopped_ = false;
    step_ = glib::soon(nullptr, [this] { phase_ == HookPhase::Post ? end_pre() : proceed(); });
}

void HookRunner::stop() {
    stopped_ = true;
    child_.stop();
}

HookCall HookRunner::call(HookPhase phase) const {
    return {record_.request.transaction, hook_.name, phase};
}

milliseconds HookRunner::elapsed() const {
    return std::chrono::duration_cast<milliseconds>(boottime() - began_);
}

milliseconds HookRunner::left() const {
    return std::max(limit_ - elapsed(), std::min(limit_, kLeast));
}

void HookRunner::end_pre() {
    HookLedger::State pre = ledger_.look_up(call(HookPhase::Pre));
    if (!pre.is_running) return proceed();
    if (!pre.process) return try_again(&HookRunner::end_pre);
    g_message("hook %s: its pre still runs, and is ended", hook_.name.c_str());
    child_.adopt(std::move(*pre.process), milliseconds(0),
                 [this](const Child::Exit&) { proceed(); });
}

void HookRunner::proceed() {
    if (stopped_) return finish({.timed_out = true, .status = kTimedOut, .took = elapsed()});
    HookLedger::State state = ledger_.look_up(call(phase_));
    if (state.status)
        return finish({.timed_out = *state.status == kTimedOut, .status = *state.status});
    if (!state.is_running) return start();
    if (!state.process) return try_again(&HookRunner::proceed);
    child_.adopt(std::move(*state.process), left(),
                 [this](const Child::Exit& exit) { ended(exit); });
}

void HookRunner::try_again(void (HookRunner::*step)()) {
    if (elapsed() > limit_ || stopped_)
        return finish({.timed_out = true, .stuck = true, .status = kTimedOut, .took = elapsed()});
    step_ = glib::after(nullptr, kTryAgain, [this, step] { (this->*step)(); });
}

void HookRunner::start() {
    Result<HookLedger::Entry> entry =
        ledger_.open(call(phase_), command_line(hook_, phase_, record_.request.mode));
    if (!entry) return finish({.status = EXIT_FAILURE, .output = entry.error().message});
    child_.start(
        {entry->arguments, hook_environment(phase_, record_, left()), entry->input.get()}, left(),
        [this](const Child::Exit& exit) { ended(exit); }, std::move(entry->output));
}

/// The supervisor has ended. Its note counts more than its status, which may be unknown here.
void HookRunner::ended(Child::Exit exit) {
    const std::optional<int> noted = ledger_.look_up(call(phase_)).status;
    if (noted && !exit.timed_out)
        exit.status = *noted;
    else
        ledger_.close(call(phase_), exit.status);
    finish(exit);
}

void HookRunner::finish(const Child::Exit& exit) {
    const HookReport report = report_of(hook_, phase_, exit);
    log_output(report);
    const Done done = std::move(done_);  // it may run the next one
    done(report);
}

}  // namespace hypnos::agent
