# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The main job, shown: a real guest sleeps in RAM, on disk and in both, and says so.

Run by scripts/demo.sh. Everything that puts the guest to sleep or wakes it goes
through hypnosctl; the lab only starts QEMU, and looks at the guest from inside.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from lab import AGENT_PORT, POWER_PORT, GuestDirectory, Spec, Vm, agent_image, wait_until

Report = dict[str, Any]
Row = tuple[str, str, float]

COUNTER = "(n=0; while :; do echo $((n += 1)) >/run/counter; usleep 100000; done) &"
IN_GUEST = {
    "hooks-run": "pre hooks run",
    "entering": "told, now entering the kernel",
    "returned": "kernel returned",
    "finished": "post hooks run",
}


class Demo:
    """One guest and what was seen of it."""

    def __init__(self, hypnosctl: Path, vm: Vm) -> None:
        self.hypnosctl = hypnosctl
        self.vm = vm
        self.guest = f"qmp={vm.home.qmp2},agent={vm.home.port(AGENT_PORT)}"
        self.rows: list[Row] = []
        self.outcomes: list[str] = []

    def ctl(self, verb: str, *options: str) -> Report:
        """Run hypnosctl on the guest, as a user would; its JSON."""
        print(f"\n$ hypnosctl {verb} GUEST {' '.join(options)}".rstrip(), flush=True)
        command = [self.hypnosctl, verb, self.guest, *options, "--json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=120)
        report: Report = json.loads(done.stdout or "{}")
        words = [report[key] for key in ("outcome", "text") if key in report]
        print(f"  {': '.join(words)}", flush=True)
        if done.returncode:
            raise SystemExit(f"hypnosctl ended with status {done.returncode}")
        return report

    def suspend(self, mode: str) -> None:
        """Put the guest to sleep; the outcome is hypnosctl's word."""
        report = self.ctl("suspend", "--to", mode)
        self.outcomes.append(report["outcome"])
        self._add(mode, "host", report["timeline"])

    def wake(self, mode: str) -> None:
        """See the guest awake; the outcome is the agent's record."""
        report = self.ctl("wake")
        record = report["record"]
        self.outcomes.append(record["outcome"])
        self._add(mode, "host", report["timeline"])
        self._add(mode, "guest", record["phases"])

    def in_guest(self, command: str) -> str:
        """What a command prints in the guest."""
        return self.vm.sh(command).check()

    def _add(self, mode: str, side: str, steps: list[Report]) -> None:
        """Rows of the closing table: each step, and the time since the one before."""
        stamps = [step.get("at-us", step.get("boottime-us")) for step in steps]
        for step, before, at in zip(steps[1:], stamps, stamps[1:]):
            name = IN_GUEST.get(step["name"], step["name"])
            self.rows.append((mode, f"{side}: {name}", (at - before) / 1000))

    def print_table(self) -> None:
        """Where the time went."""
        print("\nSleep   Phase                                    ms after the one before")
        for mode, phase, milliseconds in self.rows:
            print(f"{mode:7} {phase:42} {milliseconds:10.1f}")


def print_events(hypnosctl: Path, vm: Vm) -> None:
    """`hypnosctl watch` on the power port, line by line, until it is ended."""
    command = [hypnosctl, "watch", f"power={vm.home.port(POWER_PORT)}", "--json"]
    watch = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "--", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for line in watch.stdout or ():
        event = json.loads(line)
        shown = {k: v for k, v in event["data"].items() if k in SHOWN}
        print(f"  event {event['event']} {json.dumps(shown)}", flush=True)


SHOWN = ("seq", "mode", "outcome", "slept-ms", "resume-count")


def run(hypnosctl: Path, agent: Path, home: Path) -> bool:
    """The whole demonstration; True if every sleep was one."""
    with Vm(Spec(agent_image(agent)), GuestDirectory(home)).start() as vm:
        threading.Thread(target=print_events, args=(hypnosctl, vm), daemon=True).start()
        demo = Demo(hypnosctl, vm)
        vm.wait_ready()
        print(f"A guest runs: Debian's kernel {demo.in_guest('uname -r')} in QEMU.")
        sleep_in_ram(demo)
        sleep_on_disk(demo)
        sleep_in_both(demo)
        demo.print_table()
    print(f"\nOutcomes: {', '.join(demo.outcomes)}")
    return set(demo.outcomes) == {"slept"}


def sleep_in_ram(demo: Demo) -> None:
    """Suspend to RAM; a while later, wake."""
    demo.suspend("ram")
    time.sleep(2)  # long enough for the guest's clock, which counts sleep in seconds
    demo.wake("ram")


def sleep_on_disk(demo: Demo) -> None:
    """Suspend to disk; QEMU ends; the next QEMU goes on where this one stopped."""
    demo.in_guest(COUNTER)
    boot_id = demo.in_guest("cat /proc/sys/kernel/random/boot_id")
    demo.suspend("disk")
    print(f"  QEMU has ended with status {demo.vm.wait_exit()}; starting it again.")
    demo.vm.respawn()
    demo.wake("disk")
    demo.vm.wait_shell()
    check_same_userspace(demo, boot_id)


def check_same_userspace(demo: Demo, boot_id: str) -> None:
    """Nothing was booted: the boot id is the same and the counter goes on."""
    count = int(demo.in_guest("cat /run/counter"))
    wait_until(lambda: int(demo.in_guest("cat /run/counter")) > count)
    if demo.in_guest("cat /proc/sys/kernel/random/boot_id") != boot_id:
        raise SystemExit("the guest was booted afresh")
    print(f"  The same userspace: boot id {boot_id}, a counter stood at {count} and goes on.")


def sleep_in_both(demo: Demo) -> None:
    """Hybrid: the image is on disk, and the guest wakes from RAM."""
    demo.suspend("hybrid")
    time.sleep(2)  # as above
    demo.wake("hybrid")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="hypnos-") as directory:
        build = Path(os.environ.get("HYPNOS_BUILD", "build")).resolve()
        hypnosctl_path, agent_path = build / "host-client/hypnosctl", build / "agent/hypnos-agent"
        slept = run(hypnosctl_path, agent_path, Path(directory))
    sys.exit(0 if slept else 1)
