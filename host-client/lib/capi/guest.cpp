// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "capi/guest.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "capi/error.hpp"
#include "capi/spec.hpp"
#include "capi/tasks.hpp"

namespace hypnos::capi {
namespace {

tl::unexpected<Error> null(const char* what) {
    return fail(ErrorCode::Usage, std::string(what) + " is NULL");
}

Result<GuestSpec> read_new(const hypnos_loop* loop, const char* spec) {
    if (loop == nullptr) return null("loop");
    if (spec == nullptr) return null("spec");
    return read_spec(spec);
}

Result<Task> read_start(const hypnos_guest* guest, const char* operation, const char* options) {
    if (guest == nullptr) return null("guest");
    if (operation == nullptr) return null("operation");
    return read_task(operation, options);
}

void tell(hypnos_done done, void* data, const Result<Json>& report) {
    if (report) return done(report->dump().c_str(), nullptr, data);
    const hypnos_error error(report.error());
    done(nullptr, &error, data);
}

/// A callback of another guest may replace this operation or free the guest: then the callback that
/// waits for the report goes, and `waiting` with it.
Result<Json> run(hypnos_guest& guest, const Task& task) {
    std::optional<Result<Json>> report;
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> waiting = token;
    hypnos_loop& loop = guest.loop;
    task(guest.guest, [&report, token = std::exchange(token, nullptr)](const Result<Json>& result) {
        report = result;
    });
    loop.run_until([&] { return report || waiting.expired(); });
    if (report) return *report;
    return fail("a callback has freed the guest, or begun something else with it");
}

}  // namespace
}  // namespace hypnos::capi

using namespace hypnos;

hypnos_guest* hypnos_guest_new(hypnos_loop* loop, const char* spec, hypnos_error** error) {
    const Result<GuestSpec> read = capi::read_new(loop, spec);
    if (read) return new hypnos_guest(*loop, *read);
    capi::set_error(error, read.error());
    return nullptr;
}

void hypnos_guest_free(hypnos_guest* guest) { delete guest; }

int hypnos_guest_start(hypnos_guest* guest, const char* operation, const char* options,
                       hypnos_done done, void* data, hypnos_error** error) {
    Result<capi::Task> task = capi::read_start(guest, operation, options);
    if (task && done == nullptr) task = capi::null("done");
    if (!task) {
        capi::set_error(error, task.error());
        return -1;
    }
    (*task)(guest->guest, [=](const Result<Json>& report) { capi::tell(done, data, report); });
    return 0;
}

char* hypnos_guest_run(hypnos_guest* guest, const char* operation, const char* options,
                       hypnos_error** error) {
    const Result<capi::Task> task = capi::read_start(guest, operation, options);
    const Result<Json> report = task ? capi::run(*guest, *task) : fail(task.error());
    if (report) return capi::owned_text(report->dump());
    capi::set_error(error, report.error());
    return nullptr;
}

void hypnos_guest_cancel(hypnos_guest* guest) { guest->guest.cancel(); }
