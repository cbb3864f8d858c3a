/* SPDX-FileCopyrightText: The hypnos authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * hypnos for C, and for every language that can call C: put Linux guests to sleep, wake them, and
 * learn how it ended.
 *
 * Handles are opaque. Reports, options and errors' details are JSON texts (docs/report.md): UTF-8, one
 * line, no trailing newline. A returned `char *` is freed with hypnos_free(). A handle belongs to one
 * thread at a time. NULL handles are accepted by the _free functions only.
 *
 * Two ways to use it:
 *   - blocking: hypnos_guest_run(); every operation ends by its own limit;
 *   - on your event loop: wait for hypnos_loop_fd() to be readable, then call
 *     hypnos_loop_dispatch(), which calls back and never blocks.
 */
#ifndef HYPNOS_H
#define HYPNOS_H

#include "hypnos/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Exit statuses of hypnosctl have the same numbers. */
typedef enum {
    HYPNOS_OK = 0,
    HYPNOS_FAILED = 1,
    HYPNOS_USAGE = 2,
    HYPNOS_UNREACHABLE = 3,
    HYPNOS_REFUSED = 4,
    HYPNOS_TIMED_OUT = 5
} hypnos_code;

typedef struct hypnos_loop hypnos_loop;
typedef struct hypnos_guest hypnos_guest;
typedef struct hypnos_watch hypnos_watch;
typedef struct hypnos_error hypnos_error;

/* The version of the library, "MAJOR.MINOR.PATCH". Static. */
HYPNOS_API const char *hypnos_version(void);

HYPNOS_API void hypnos_free(char *text);

/* Functions that take `hypnos_error **error` set it when they fail, unless it is NULL. */
HYPNOS_API hypnos_code hypnos_error_code(const hypnos_error *error);
/* For a person who can act; owned by the error. */
HYPNOS_API const char *hypnos_error_message(const hypnos_error *error);
/* What the agent sent along, as JSON: {"outcome", "finding"?} of a refusal, "data" of another error of
 * its protocol. NULL if nothing; owned by the error. */
HYPNOS_API const char *hypnos_error_details(const hypnos_error *error);
HYPNOS_API void hypnos_error_free(hypnos_error *error);

/* A loop, on which guests live. It must outlive them. */
HYPNOS_API hypnos_loop *hypnos_loop_new(void);
HYPNOS_API void hypnos_loop_free(hypnos_loop *loop);
/* Becomes readable when there is something to dispatch, timers included. Do not read it. */
HYPNOS_API int hypnos_loop_fd(hypnos_loop *loop);
/* Calls back for all that is ready; never blocks. */
HYPNOS_API void hypnos_loop_dispatch(hypnos_loop *loop);

/* `spec` is "qmp=PATH,agent=PATH,power=PATH", any of them; or JSON with the members name, qmp, agent,
 * power, uri, domain, after, macs (hypnos/guest_spec.hpp). NULL with HYPNOS_USAGE if it cannot be read. */
HYPNOS_API hypnos_guest *hypnos_guest_new(hypnos_loop *loop, const char *spec,
                                             hypnos_error **error);
/* Operations under way never call back. May be called from any callback. */
HYPNOS_API void hypnos_guest_free(hypnos_guest *guest);

/* Guests by the words of a person, as hypnosctl takes them: a JSON array of specs for
 * hypnos_guest_new(). `selection` is {"words": [...], "all": BOOL, "connect": [URI...], "guests-d": PATH},
 * each optional. Blocks for as long as libvirt takes. */
HYPNOS_API char *hypnos_select(const char *selection, hypnos_error **error);

/* An operation's end: a report, or an error; both belong to the caller's function, which frees
 * neither and may free the guest. */
typedef void (*hypnos_done)(const char *report, const hypnos_error *error, void *data);

/* Options are JSON objects, or NULL for defaults; unknown members are HYPNOS_USAGE.
 *
 *   operation     options (default)
 *   "suspend"     mode ("ram"), require ("deep"), force (false), wake-after-ms (none), limit-ms (60000)
 *   "wake"        limit-ms (30000), balloon-bytes (none), set-time (true), boot-id ("")
 *   "wait-resumed" as wake
 *   "status", "capabilities"   limit-ms (5000)
 *   "preflight"   mode ("ram"), limit-ms (30000)
 *   "rehearse"    limit-ms (120000)
 *   "call"        command, arguments (none), limit-ms (30000)
 *
 * Times are 1 to 2147483647. Returns 0 and calls `done` later, once, from hypnos_loop_dispatch() or from
 * a hypnos_guest_run() on the same loop; or -1 with HYPNOS_USAGE. A second operation on the same guest
 * replaces the first, which never calls back. */
HYPNOS_API int hypnos_guest_start(hypnos_guest *guest, const char *operation, const char *options,
                                     hypnos_done done, void *data, hypnos_error **error);

/* The same, blocking: the report, or NULL and an error. Other guests of the loop go on meanwhile; if a
 * callback frees this one or starts something else with it, that ends as HYPNOS_FAILED. */
HYPNOS_API char *hypnos_guest_run(hypnos_guest *guest, const char *operation, const char *options,
                                     hypnos_error **error);

/* Calls off the suspend that is under way; it then ends by its own report. */
HYPNOS_API void hypnos_guest_cancel(hypnos_guest *guest);

/* Events of a guest as JSON, {"guest", "port", "at-us", "event", "data", "realtime-us"}, from
 * hypnos_loop_dispatch(), until the watch is freed, which its own callback may do. It may outlive
 * the guest, not the loop. */
typedef void (*hypnos_event)(const char *event, void *data);
HYPNOS_API hypnos_watch *hypnos_guest_watch(hypnos_guest *guest, hypnos_event event, void *data);
HYPNOS_API void hypnos_watch_free(hypnos_watch *watch);

#ifdef __cplusplus
}
#endif

#endif
