// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Mounts a FUSE file system on the directory it is given and answers nothing after the greeting,
// like a daemon that hangs: whoever uses the file system waits until this process ends.

#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static void die(const char* what) {
    perror(what);
    exit(1);
}

static void answer_greeting(int device) {
    static char request[FUSE_MIN_READ_BUFFER];
    if (read(device, request, sizeof request) < 0) die("read");
    const struct fuse_in_header* asked = (const struct fuse_in_header*)request;
    struct {
        struct fuse_out_header header;
        struct fuse_init_out init;
    } reply = {
        {sizeof reply, 0, asked->unique},
        {.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = 4096},
    };
    if (write(device, &reply, sizeof reply) < 0) die("write");
}

int main(int argc, char** argv) {
    char options[64];
    int device = open("/dev/fuse", O_RDWR);
    if (argc != 2 || device < 0) die("/dev/fuse");
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
    if (mount("silent", argv[1], "fuse.silent", 0, options) != 0) die("mount");
    answer_greeting(device);
    for (;;) pause();
}
