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

COUNTER = "(n=0; while :; do echo $((n += 1)) >/run/counter; usleep 100000; done) &"


class Demo:
    """One guest and what was seen of it."""

    def __init__(self, build: Path, vm: Vm) -> None:
        self.build = build
        self.vm = vm
        self.known = vm.home.path / "guests.d"
        self.known.mkdir()
        file = f"[Guest]\nQmp={vm.home.qmp2}\nAgent={vm.home.port(AGENT_PORT)}\n"
        (self.known / "demo.conf").write_text(file)
        self.outcomes: list[str] = []

    def ctl(self, verb: str, *options: str) -> Report:
        """Run hypnosctl on the guest, as a user would; its JSON."""
        print(f"\n$ hypnosctl {verb} demo {' '.join(options)}".rstrip(), flush=True)
        done = self._run(verb, *options, "--json")
        report: Report = json.loads(done.stdout or "{}")
        words = [report[key] for key in ("outcome", "text") if key in report]
        print(f"  {': '.join(words)}", flush=True)
        if done.returncode:
            raise SystemExit(f"hypnosctl ended with status {done.returncode}")
        return report

    def suspend(self, mode: str) -> None:
        """Put the guest to sleep; the outcome is hypnosctl's word."""
        self.outcomes.append(self.ctl("suspend", "--to", mode)["outcome"])

    def wake(self, mode: str) -> None:
        """See the guest awake; the outcome is the agent's record. Then show where the time went."""
        self.outcomes.append(self.ctl("wake")["record"]["outcome"])
        chart = self.build / f"timeline-{mode}.svg"
        print("\n$ hypnosctl timeline demo")
        print(self._run("timeline").stdout, end="", flush=True)
        self._run("timeline", "-o", str(chart))
        print(f"  The same as a chart: {chart.relative_to(Path.cwd())}")

    def _run(self, verb: str, *options: str) -> "subprocess.CompletedProcess[str]":
        guest = ("demo", "--guests-d", str(self.known))
        command = [hypnosctl_of(self.build), verb, *guest, *options]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=120)

    def in_guest(self, command: str) -> str:
        """What a command prints in the guest."""
        return self.vm.sh(command).check()


def hypnosctl_of(build: Path) -> Path:
    """The program under show."""
    return build / "host-client/hypnosctl"


def print_events(build: Path, vm: Vm) -> None:
    """`hypnosctl watch` on the power port, line by line, until it is ended."""
    command = [hypnosctl_of(build), "watch", f"power={vm.home.port(POWER_PORT)}", "--json"]
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


def run(build: Path, home: Path) -> bool:
    """The whole demonstration; True if every sleep was one."""
    image = agent_image(build / "agent/hypnos-agent")
    with Vm(Spec(image), GuestDirectory(home)).start() as vm:
        threading.Thread(target=print_events, args=(build, vm), daemon=True).start()
        demo = Demo(build, vm)
        vm.wait_ready()
        print(f"A guest runs: Debian's kernel {demo.in_guest('uname -r')} in QEMU.")
        sleep_in_ram(demo)
        sleep_on_disk(demo)
        sleep_in_both(demo)
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
        os.environ["HYPNOS_STATE"] = f"{directory}/state"
        slept = run(Path(os.environ.get("HYPNOS_BUILD", "build")).resolve(), Path(directory))
    sys.exit(0 if slept else 1)
