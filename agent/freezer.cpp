// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/freezer.hpp"

#include <utility>

namespace hypnos::agent {
namespace {

using Strings = std::vector<std::string>;

/// That of qemu-ga: either agent finds what the other has left.
constexpr const char* kMarker = "/qga.state.isfrozen";
constexpr const char* kBrokenPromise = "/hypnos.thawed-unasked";

constexpr const char* kThawedUnasked =
    "the file systems were thawed before this request, because the host had not been heard of for "
    "too "
    "long or the agent was ended: what was copied meanwhile may not be consistent; freeze and copy "
    "again";

Strings own_environment() {
    Strings variables;
    gchar** all = g_get_environ();
    for (gchar** one = all; *one != nullptr; ++one) variables.emplace_back(*one);
    g_strfreev(all);
    return variables;
}

/// Begins as qemu-ga's text does.
Result<void> hook_result(const Child::Exit& exit) {
    if (exit.status == 0) return {};
    const std::string how = exit.timed_out ? "it took too long and was ended"
                                           : "exit status " + std::to_string(exit.status);
    std::string output = exit.output;
    while (!output.empty() && output.back() == '\n') output.pop_back();
    return fail("child process has failed to execute fsfreeze hook: " + how +
                (output.empty() ? "" : ": " + output));
}

}  // namespace

Freezer::Freezer(const Root& root, Settings settings, std::shared_ptr<const MountOpener> opener,
                 Deps deps)
    : root_(root),
      settings_(std::move(settings)),
      opener_(std::move(opener)),
      marker_(root_, settings_.state_directory + kMarker),
      broken_promise_(root_, settings_.state_directory + kBrokenPromise),
      deps_(std::move(deps)) {}

void Freezer::start() {
    if (!marker_.is_there()) return;
    inherited_ = true;
    run_ = std::make_shared<FreezeRun>(root_, opener_, marker_);
    state_ = State::Frozen;
    set_frozen(true);
}

void Freezer::set_frozen(bool frozen) {
    frozen_ = frozen;
    deps_.on_changed(frozen);
    limit_.reset();
    heard();
}

void Freezer::heard() {
    if (!frozen_ || state_ == State::Thawing) return;
    limit_ = glib::after(nullptr, settings_.thaw_after, [this] { thaw_unasked(); });
}

// Freezing ----------------------------------------------------------------------------------------

void Freezer::freeze(const FreezeSelection& selection, const Caller& caller) {
    if (const Result<void> refused = refusal(); !refused)
        return deps_.reply(caller, fail(refused.error()));
    broken_promise_.remove();
    stopped_ = false;
    thawed_result_ = {};
    selection_ = selection;
    freeze_caller_ = caller;
    state_ = State::BeforeHook;
    run_hook("freeze", [this](const Child::Exit& exit) { hook_has_frozen(exit); });
}

Result<void> Freezer::refusal() const {
    if (ending_) return fail("the agent is being ended");
    if (state_ == State::Frozen) return fail("the file systems are frozen already");
    if (state_ != State::Thawed) return fail("a freeze or a thaw is under way; try again later");
    if (deps_.suspending())
        return fail("the machine is being put to sleep: file systems cannot be frozen now");
    return {};
}

void Freezer::hook_has_frozen(const Child::Exit& exit) {
    const Result<void> proceed =
        hook_result(exit).and_then([this] { return reason_to_turn_back(); });
    if (proceed) return begin_freezing();
    frozen_result_ = fail(proceed.error());
    const bool refused_by_hook = exit.status != 0 && !exit.timed_out;
    if (refused_by_hook) return finish({});
    call_thaw_hook();
}

Result<void> Freezer::reason_to_turn_back() const {
    if (stopped_) return fail("a thaw was asked for before anything was frozen");
    if (deps_.suspending()) return fail("meanwhile the machine is being put to sleep");
    return {};
}

void Freezer::begin_freezing() {
    state_ = State::Freezing;
    set_frozen(true);
    run_ = std::make_shared<FreezeRun>(root_, opener_, marker_);
    run_->expect_freeze();
    frozen_result_ = fail(kThawedMeanwhile);
    freezing_.start([run = run_, selection = selection_] { return run->freeze(selection); },
                    [this](const Result<Frozen>& result) { end_freezing(result); });
}

/// If a thaw has begun meanwhile, its end is the end of this, and nothing is frozen then.
void Freezer::end_freezing(const Result<Frozen>& result) {
    const bool thawed_meanwhile = state_ != State::Freezing;
    if (!result || !thawed_meanwhile) frozen_result_ = result;
    if (thawed_meanwhile) return;
    if (result && result->count > 0) {
        state_ = State::Frozen;
        return deps_.reply(*std::exchange(freeze_caller_, {}), freeze_result({}));
    }
    set_frozen(false);
    after_silence();
    call_thaw_hook();
}

// Thawing -----------------------------------------------------------------------------------------

void Freezer::thaw(const Caller& caller) {
    if (state_ == State::Thawed) {
        thawed_result_ = {};
        return deps_.reply(caller, answer_to_thaw({}));
    }
    thaw_callers_.push_back(caller);
    stop();
}

void Freezer::stop() {
    if (state_ == State::BeforeHook) {
        stopped_ = true;
        hook_.stop();
    }
    if (state_ == State::Freezing || state_ == State::Frozen) begin_thawing();
}

void Freezer::begin_thawing() {
    state_ = State::Thawing;
    limit_.reset();
    thawing_.start([run = run_] { return run->thaw(); },
                   [this](const Thawed& result) { end_thawing(result); });
}

void Freezer::end_thawing(const Thawed& result) {
    thawed_result_ = result;
    set_frozen(false);
    g_message("file systems are thawed");
    after_silence();
    call_thaw_hook();
}

/// Whoever asked for the freeze, once that was answered, believes that the file systems are frozen.
void Freezer::thaw_unasked() {
    if (state_ == State::Frozen) promise_broken_ = true;
    stop();
}

void Freezer::when_thawed(glib::Callback done) {
    when_thawed_.push_back(std::move(done));
    if (state_ == State::Thawed) call_back();
}

void Freezer::thaw_now(glib::Callback done) {
    ending_ = true;
    if (state_ != State::Thawed) thaw_unasked();
    when_thawed(std::move(done));
}

/// Nothing of this was told while a log could not be written to.
void Freezer::after_silence() {
    for (const std::string& point : frozen_result_ ? frozen_result_->hidden : Strings())
        g_warning("%s was not frozen: it is hidden below another mount", point.c_str());
    for (const std::string& problem : thawed_result_.problems) g_warning("%s", problem.c_str());
    if (std::exchange(inherited_, false)) g_warning("another agent had left file systems frozen");
    if (!std::exchange(promise_broken_, false)) return;
    g_warning(
        "file systems were thawed without the host asking for it: what it copied meanwhile may "
        "not be consistent");
    if (const Result<void> kept = broken_promise_.put(); !kept)
        g_warning("%s; the host will not be told", kept.error().message.c_str());
}

// The hook ----------------------------------------------------------------------------------------

void Freezer::run_hook(const char* word, const Child::Done& done) {
    if (!settings_.hook) return done({});
    hook_.start({{root_.path(*settings_.hook), word}, own_environment()}, settings_.hook_limit,
                done);
}

void Freezer::call_thaw_hook() {
    state_ = State::AfterHook;
    run_hook("thaw", [this](const Child::Exit& exit) { finish(hook_result(exit)); });
}

// Answers -----------------------------------------------------------------------------------------

/// A reply may bring the next request, and that the next freeze: all is settled before.
void Freezer::finish(const Result<void>& hook) {
    state_ = State::Thawed;
    run_.reset();
    if (!hook) g_warning("%s", hook.error().message.c_str());
    std::vector<std::pair<Caller, CommandResult>> replies;
    if (const auto caller = std::exchange(freeze_caller_, {}))
        replies.emplace_back(*caller, freeze_result(hook));
    for (const Caller& caller : std::exchange(thaw_callers_, {}))
        replies.emplace_back(caller, answer_to_thaw(hook));
    for (const auto& [caller, result] : replies) deps_.reply(caller, result);
    call_back();
}

/// Not if it has been frozen again: then at the next end.
void Freezer::call_back() {
    if (state_ != State::Thawed) return;
    for (const glib::Callback& done : std::exchange(when_thawed_, {})) done();
}

CommandResult Freezer::freeze_result(const Result<void>& hook) const {
    if (frozen_result_ && hook) return Json(frozen_result_->count);
    return fail(frozen_result_ ? hook.error() : frozen_result_.error());
}

CommandResult Freezer::answer_to_thaw(const Result<void>& hook) {
    const bool first_to_hear = broken_promise_.is_there();
    broken_promise_.remove();
    if (first_to_hear) return fail(kThawedUnasked);
    return thaw_result(hook);
}

CommandResult Freezer::thaw_result(const Result<void>& hook) const {
    std::string problems;
    for (const std::string& problem : thawed_result_.problems)
        problems += (problems.empty() ? "" : "; ") + problem;
    if (!problems.empty()) return fail(problems);
    if (!hook) return fail(hook.error());
    return Json(thawed_result_.count);
}

}  // namespace hypnos::agent
