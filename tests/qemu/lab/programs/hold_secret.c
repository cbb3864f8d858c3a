// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Holds a memfd_secret(2), while which the kernel offers no hibernation. With an argument the
// memory is mapped and the descriptor closed, so only /proc/PID/maps tells of it.

#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kMemfdSecret = 447, kSize = 4096 };  // the number is newer than Debian's headers

int main(int argc, char** argv) {
    (void)argv;
    int secret = (int)syscall(kMemfdSecret, 0);
    if (secret < 0 || ftruncate(secret, kSize) != 0) {
        perror("memfd_secret");
        return 1;
    }
    if (argc > 1) {
        char* page = mmap(NULL, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, secret, 0);
        if (page == MAP_FAILED) {
            perror("mmap");
            return 1;
        }
        page[0] = 1;
        close(secret);
    }
    for (;;) pause();
}
