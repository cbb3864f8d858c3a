// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/tasks.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "capi/options.hpp"
#include "hypnos/report.hpp"

namespace hypnos::capi {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

milliseconds limit(Options& options, milliseconds otherwise) {
    return options.duration("limit-ms").value_or(otherwise);
}

Task suspend(Options& options) {
    SuspendOptions wish;
    wish.mode = options.choice("mode", kSleepModeNames, wish.mode);
    wish.require = options.choice("require", kRequireNames, wish.require);
    wish.force = options.flag("force", wish.force);
    wish.wake_after = options.duration("wake-after-ms");
    wish.limit = limit(options, wish.limit);
    return [wish](Guest& guest, const TaskDone& done) {
        guest.suspend(wish, [=, name = guest.spec().name](const Result<SuspendReport>& report) {
            done(report.map([&](const auto& value) { return to_json(name, wish.mode, value); }));
        });
    };
}

WakeOptions wake_options(Options& options) {
    WakeOptions wish;
    wish.limit = limit(options, wish.limit);
    wish.balloon = options.count("balloon-bytes");
    wish.set_time = options.flag("set-time", wish.set_time);
    wish.boot_id = options.text("boot-id");
    return wish;
}

std::function<void(Result<WakeReport>)> wake_done(const Guest& guest, const TaskDone& done) {
    return [done, name = guest.spec().name](const Result<WakeReport>& report) {
        done(report.map([&](const WakeReport& value) { return to_json(name, value); }));
    };
}

Task wake(Options& options) {
    return [wish = wake_options(options)](Guest& guest, const TaskDone& done) {
        guest.wake(wish, wake_done(guest, done));
    };
}

Task wait_resumed(Options& options) {
    return [wish = wake_options(options)](Guest& guest, const TaskDone& done) {
        guest.wait_resumed(wish, wake_done(guest, done));
    };
}

Task status(Options& options) {
    return [most = limit(options, 5s)](Guest& guest, const TaskDone& done) {
        guest.status(most, [done, name = guest.spec().name](const GuestStatus& status) {
            done(to_json(name, status));
        });
    };
}

Task capabilities(Options& options) {
    return [most = limit(options, 5s)](Guest& guest, const TaskDone& done) {
        guest.capabilities(most, done);
    };
}

Task preflight(Options& options) {
    const SleepMode mode = options.choice("mode", kSleepModeNames, SleepMode::Ram);
    return [mode, most = limit(options, 30s)](Guest& guest, const TaskDone& done) {
        guest.preflight(
            mode, most, [=, name = guest.spec().name](const Result<PreflightReport>& report) {
                done(report.map([&](const auto& value) { return to_json(name, mode, value); }));
            });
    };
}

Task rehearse(Options& options) {
    return [most = limit(options, 120s)](Guest& guest, const TaskDone& done) {
        guest.rehearse(most, done);
    };
}

Task call(Options& options) {
    return [command = options.required_text("command"), arguments = options.object("arguments"),
            most = limit(options, 30s)](Guest& guest, const TaskDone& done) {
        guest.call(command, arguments, most, done);
    };
}

struct Operation {
    std::string_view name;
    Task (*read)(Options&);
};

constexpr std::array<Operation, 8> kOperations{{{"suspend", suspend},
                                                {"wake", wake},
                                                {"wait-resumed", wait_resumed},
                                                {"status", status},
                                                {"capabilities", capabilities},
                                                {"preflight", preflight},
                                                {"rehearse", rehearse},
                                                {"call", call}}};

Result<Task> read(const Operation& operation, const char* options) {
    const std::string what = "options of " + std::string(operation.name);
    const Result<Json> object = options == nullptr ? Json::object() : read_object(what, options);
    if (!object) return fail(object.error());
    Options given(what, *object);
    Task task = operation.read(given);
    if (const Result<void> good = given.finish(); !good) return fail(good.error());
    return task;
}

std::string all_names() {
    std::string names;
    for (const Operation& operation : kOperations)
        names += (names.empty() ? "" : ", ") + std::string(operation.name);
    return names;
}

}  // namespace

Result<Task> read_task(std::string_view operation, const char* options) {
    for (const Operation& known : kOperations) {
        if (known.name == operation) return read(known, options);
    }
    return fail(ErrorCode::Usage,
                "there is no operation " + in_quotes(operation) + ", but " + all_names());
}

}  // namespace hypnos::capi
