// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Appends numbered lines, each with a checksum of its number, to the file it is given, for ever.
// Now and then it waits until they are on the disk, so that some always are on the way there.

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

enum { kBetweenSyncs = 64, kPauseUs = 2000 };

static uint32_t checksum(const char* text) {  // FNV-1a
    uint32_t sum = 2166136261U;
    for (; *text; ++text) sum = (sum ^ (unsigned char)*text) * 16777619U;
    return sum;
}

static int append(int file, unsigned number) {
    char digits[16], line[32];
    snprintf(digits, sizeof digits, "%u", number);
    int length = snprintf(line, sizeof line, "%s %08x\n", digits, checksum(digits));
    if (write(file, line, (size_t)length) != length) return -1;
    return number % kBetweenSyncs == 0 ? fdatasync(file) : 0;
}

int main(int argc, char** argv) {
    int file = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0644) : -1;
    for (unsigned number = 0; file >= 0; ++number) {
        if (append(file, number) != 0) break;
        usleep(kPauseUs);
    }
    perror("append_lines");
    return 1;
}
