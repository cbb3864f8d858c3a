// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// hold_memory PROCESSES: each has a megabyte that does not compress, until it is killed.

#include <stdlib.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20 };

int main(int argc, char** argv) {
    for (int left = argc == 2 ? atoi(argv[1]) : 0; left > 1; --left)
        if (fork() == 0) break;
    unsigned* memory = malloc(MEGABYTE);
    if (memory == NULL) return 1;
    for (unsigned i = 0, x = (unsigned)getpid(); i < MEGABYTE / sizeof(unsigned); ++i) {
        x = x * 1664525U + 1013904223U;
        memory[i] = x;
    }
    for (;;) pause();
}
