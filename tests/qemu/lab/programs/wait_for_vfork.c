// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Waits for its vfork(2) child, which sleeps: /proc shows such a task in state D for as long as it
// lasts, and yet the kernel's freezer has no trouble with it.

#include <unistd.h>

int main(void) {
    if (vfork() == 0) {
        for (;;) pause();
    }
    return 0;
}
