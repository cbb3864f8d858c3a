# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A directory that stands for "/": a machine that seems able to sleep."""

import errno
import os
import time
from pathlib import Path

from .waiting import PATIENCE, wait_for

STATES = "freeze mem disk\n"
BOOT_ID = "11111111-2222-3333-4444-555555555555"


class FakeRoot:
    """Files of /sys, /proc and /etc as the agent reads and writes them."""

    def __init__(self, directory: Path) -> None:
        self.path = directory
        self.rtc_now = int(time.time())
        self.write("sys/power/state", STATES)
        self.write("sys/power/mem_sleep", "s2idle [deep]\n")
        self.write("sys/power/disk", "[platform] shutdown reboot suspend test_resume\n")
        self.write("sys/power/suspend_stats/success", "0\n")
        self.write("sys/power/wakeup_count", "0\n")
        self.write("sys/class/rtc/rtc0/wakealarm", "")
        self.write("sys/class/rtc/rtc0/since_epoch", f"{self.rtc_now}\n")
        self.write("proc/swaps", "Filename Type Size Used Priority\n/dev/vdb partition 9 0 -2\n")
        self.set_boot_id(BOOT_ID)

    def write(self, name: str, text: str) -> None:
        """Write a file, making the directories above it."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.path / name).read_text()

    def set_boot_id(self, boot_id: str) -> None:
        """Seem to have booted."""
        self.write("proc/sys/kernel/random/boot_id", boot_id + "\n")

    def add_hook(self, name: str, script: str, directory: str = "etc/hypnos/sleep.d") -> None:
        """A hook in `sh`. $LOG is a file to leave notes in."""
        self.write(f"{directory}/{name}", f"#!/bin/sh\nLOG={self.path}/log\n{script}\n")
        (self.path / directory / name).chmod(0o755)

    def log(self) -> list[str]:
        """What hooks have written to $LOG, by lines."""
        file = self.path / "log"
        return file.read_text().splitlines() if file.exists() else []


class FakeKernel:
    """Sleeps when asked to, until the test wakes it.

    The agent's sleeping thread, and it alone, reads suspend_stats/fail before and after it writes
    /sys/power/state. As a FIFO that file holds the thread there, as the kernel's sleep would.
    """

    def __init__(self, root: FakeRoot) -> None:
        self._root = root
        self._sleeps = 0
        (root.path / "sys/power/suspend_stats").mkdir(exist_ok=True)
        self._gate = root.path / "sys/power/suspend_stats/fail"
        os.mkfifo(self._gate)

    def fall_asleep(self, state: str = "mem") -> None:
        """Wait until the agent has written that."""
        self._let_pass()
        wait_for(lambda: self._root.read("sys/power/state") == state, f"a write of {state}")

    def wake(self) -> None:
        """Return from the sleep."""
        self._sleeps += 1
        self._root.write("sys/power/suspend_stats/success", f"{self._sleeps}\n")
        self.return_without_sleep()

    def return_without_sleep(self) -> None:
        """Return as the kernel does when a wakeup event came first."""
        self._root.write("sys/power/state", STATES)
        self._let_pass()

    def _let_pass(self) -> None:
        fd = -1

        def opened() -> bool:
            nonlocal fd
            try:
                fd = os.open(self._gate, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                assert error.errno == errno.ENXIO
            return fd >= 0

        wait_for(opened, "the agent reading the kernel's count of failures", PATIENCE)
        os.write(fd, b"0\n")
        os.close(fd)
