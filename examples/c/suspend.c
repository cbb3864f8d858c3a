/* SPDX-FileCopyrightText: The hypnos authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Puts guests to sleep side by side and prints a report for each:
 *
 *   cc suspend.c $(pkg-config --cflags --libs hypnos-client) -o suspend
 *   ./suspend '{"mode": "disk"}' qmp=/run/web/qmp,agent=/run/web/agent ...
 */
#include <hypnos/hypnos.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

struct one {
    hypnos_guest *guest;
    const char *spec;
};

static int under_way;
static int exit_status;

static void failed(const char *spec, const hypnos_error *error) {
    const char *details = hypnos_error_details(error);
    fprintf(stderr, "%s: %s %s\n", spec, hypnos_error_message(error), details ? details : "");
    exit_status = hypnos_error_code(error);
}

static void ended(const char *report, const hypnos_error *error, void *data) {
    struct one *one = data;
    if (report) puts(report);
    if (error) failed(one->spec, error);
    hypnos_guest_free(one->guest);
    one->guest = NULL;
    --under_way;
}

static void start(hypnos_loop *loop, struct one *one, const char *options) {
    hypnos_error *error = NULL;
    one->guest = hypnos_guest_new(loop, one->spec, &error);
    if (one->guest && hypnos_guest_start(one->guest, "suspend", options, ended, one, &error) == 0) {
        ++under_way;
        return;
    }
    failed(one->spec, error);
    hypnos_error_free(error);
    hypnos_guest_free(one->guest);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: %s OPTIONS GUEST...\n", argv[0]);
        return HYPNOS_USAGE;
    }
    struct one *all = calloc((size_t)argc, sizeof *all);
    hypnos_loop *loop = hypnos_loop_new();
    for (int i = 2; i < argc; ++i) {
        all[i].spec = argv[i];
        start(loop, &all[i], argv[1]);
    }
    struct pollfd ready = {.fd = hypnos_loop_fd(loop), .events = POLLIN};
    while (under_way > 0) {
        poll(&ready, 1, -1);
        hypnos_loop_dispatch(loop);
    }
    hypnos_loop_free(loop);
    free(all);
    return exit_status;
}
