// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// swap_on PATH PRIORITY: busybox's swapon knows no priorities.

#include <stdio.h>
#include <stdlib.h>
#include <sys/swap.h>

int main(int argc, char** argv) {
    if (argc == 3 && swapon(argv[1], SWAP_FLAG_PREFER | atoi(argv[2])) == 0) return 0;
    perror("swapon");
    return 1;
}
