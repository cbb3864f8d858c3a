// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Guests that do what a test says, in the place of real ones. They outlive the Carrier, as guests do.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "glib/source.hpp"
#include "world.hpp"

namespace hypnos::hostd {

/// One guest of the fake world.
struct Script {
    GuestSpec spec;
    bool known = true;  ///< whether it can be told if it runs
    bool runs = true;   ///< and not asleep
    bool paused = false;
    bool refuses = false;      ///< to sleep
    bool hangs = false;        ///< when asked to sleep, until it is cancelled
    bool deaf = false;         ///< when asked to sleep, also to being cancelled
    bool sleeps_late = false;  ///< once nobody waits for it any more
    bool gone = false;         ///< when it is to wake: nobody runs it
    std::string words = "it slept";
    int wakes_at_attempt = 1;  ///< earlier ones fail
    int attempts = 0;
};

class FakeWorld {
  public:
    /// What was done, in order: "suspend web", "wake db", ...
    std::vector<std::string> log;
    std::map<std::string, Script> guests;
    std::vector<std::string> problems;
    /// Called before each line of the log.
    std::function<void(const std::string& line)> before;

    Script& add(const std::string& name, std::vector<std::string> after = {}) {
        Script& script = guests[name];
        script.spec = {.name = name, .qmp = "/run/" + name + ".qmp", .after = std::move(after)};
        return script;
    }

    World world() {
        Found found{.problems = problems};
        for (const auto& [name, script] : guests) found.guests.push_back(script.spec);
        return {.find = [found] { return found; },
                .reach =
                    [this](const GuestSpec& spec) {
                        return std::make_unique<One>(*this, guests.at(spec.name));
                    },
                .patience = {.attempt = std::chrono::milliseconds(100),
                             .pause = std::chrono::milliseconds(1),
                             .total = std::chrono::milliseconds(20)}};
    }

  private:
    class One : public CarriedGuest {
      public:
        One(FakeWorld& world, Script& script) : world_(world), script_(script) {}

        void runs(Limit, Done<bool> done) override {
            later([this, done] {
                script_.known ? done(script_.runs) : done(fail("it does not say"));
            });
        }
        void suspend(SleepMode mode, Limit, Done<SuspendReport> done) override {
            note(mode == SleepMode::Disk ? "suspend-disk" : "suspend");
            if (script_.hangs || script_.deaf) {
                cancelled_ = done;
                return;
            }
            later([this, done] {
                if (script_.refuses) return done(fail(ErrorCode::Refused, "it will not"));
                script_.runs = false;
                if (script_.sleeps_late) return done(report(Outcome::TimedOut, "no proof"));
                done(report(Outcome::Slept, script_.words));
            });
        }
        void cancel() override {
            note("cancel");
            if (!script_.deaf && cancelled_)
                later([this] { cancelled_(report(Outcome::Cancelled, "called off")); });
        }
        void pause(Limit, Done<void> done) override {
            note("pause");
            script_.runs = false;
            script_.paused = true;
            if (script_.sleeps_late)
                return later([done] { done(fail(ErrorCode::TimedOut, "no answer")); });
            later([done] { done({}); });
        }
        void unpause(Limit, Done<void> done) override {
            note("unpause");
            script_.paused = false;
            script_.runs = true;
            later([done] { done({}); });
        }
        void wake(const WakeOptions& options, Done<WakeReport> done) override {
            note("wake");
            set_time_ = options.set_time;
            later([this, done] {
                if (script_.gone) return done(fail(ErrorCode::Unreachable, "nobody listens"));
                if (++script_.attempts < script_.wakes_at_attempt)
                    return done(fail(ErrorCode::TimedOut, "it does not answer"));
                script_.runs = true;
                done(WakeReport{.text = "it is awake"});
            });
        }

      private:
        void note(const std::string& what) {
            const std::string line = what + " " + script_.spec.name;
            if (world_.before) world_.before(line);
            world_.log.push_back(line);
        }
        void later(std::function<void()> call) {
            soon_ = glib::soon(nullptr, [this, call = std::move(call)] {
                const auto own = call;
                own();
            });
        }
        static SuspendReport report(Outcome outcome, const std::string& text) {
            return {.verdict = {outcome, text}, .boot_id = "guest-boot", .balloon = 42};
        }

        FakeWorld& world_;
        Script& script_;
        Done<SuspendReport> cancelled_;
        bool set_time_ = false;
        glib::Source soon_;
    };
};

}  // namespace hypnos::hostd
