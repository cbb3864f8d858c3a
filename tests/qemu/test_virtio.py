# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""virtio devices across a disk sleep: what was in them before is right after."""

import subprocess
from typing import Callable

import pytest
from lab import POWER_PORT, Vm, wait_until

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

CONSOLE = "org.hypnos.test.0"
WRITER = """
head -c 4000000 /dev/urandom >/data/before; sync; md5sum /data/before >/run/before.md5
(n=0; while [ ! -e /run/stop ]; do n=$((n + 1)); echo "$n" >>/data/numbers; sync; done) &
"""


READER = f"""
(while :; do
    if read -r line; then echo "$line" >>/run/got; else usleep 20000; fi
done </dev/virtio-ports/{CONSOLE}) &
"""
"""Blocks in read(2). After a sleep Linux ends that read with 0 if it has not yet heard from the host,
so, like any reader of such a port, it reads again: on the descriptor it has had all the time."""


def sleep_to_disk(vm: Vm) -> None:
    """Ask the agent, and see the machine go off."""
    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.request("hypnos-suspend", {"mode": "disk"}, id="sleep")
        vm.qmp.wait_event("SUSPEND_DISK", timeout=60)
    assert vm.wait_exit() == 0


def wake_from_disk(vm: Vm) -> None:
    """Start the machine again; the agent tells that it resumed."""
    vm.respawn()
    with vm.connect(POWER_PORT) as power:
        assert power.wait_event("HYPNOS_RESUMED", timeout=60)["data"]["outcome"] == "slept"
    vm.wait_shell()


def numbers(vm: Vm) -> list[int]:
    """What the writer has written so far."""
    return [int(line) for line in vm.sh("cat /data/numbers", timeout=30).check().split()]


def test_block_a_file_written_through_the_sleep_is_whole(vm_factory: MakeVm) -> None:
    vm = vm_factory(data_mb=64).wait_ready()
    vm.sh(WRITER, timeout=30).check()
    sleep_to_disk(vm)
    wake_from_disk(vm)
    at_wake = numbers(vm)[-1]
    vm.sh("usleep 300000; touch /run/stop; usleep 200000").check()
    written = numbers(vm)
    assert written == list(range(1, len(written) + 1))
    assert written[-1] > at_wake > 0
    vm.sh("sync; echo 3 >/proc/sys/vm/drop_caches; md5sum -c /run/before.md5", 30).check()
    assert vm.sh("dmesg | grep -iE 'ext4.*error|I/O error'").stdout == ""
    wait_until(lambda: vm.sh("umount /data").returncode == 0)
    vm.stop()
    subprocess.run(["/sbin/fsck.ext4", "-fn", vm.home.data], check=True)


def pings(vm: Vm) -> list[int]:
    """Sequence numbers of the answers that ping has got."""
    lines = vm.sh("cat /run/ping").check().splitlines()
    return [int(line.split("seq=")[1].split()[0]) for line in lines if "seq=" in line]


def test_network_a_ping_goes_on(vm_factory: MakeVm) -> None:
    vm = vm_factory(network=True).wait_ready()
    vm.sh("ping 10.0.2.2 >/run/ping 2>&1 & usleep 1500000").check()
    before = pings(vm)
    assert before
    sleep_to_disk(vm)
    wake_from_disk(vm)
    wait_until(lambda: pings(vm)[-1] >= before[-1] + 3, 20, "no more answers")


def test_console_a_blocked_reader_is_served_and_early_bytes_are_not_mistaken(
    vm_factory: MakeVm,
) -> None:
    """The host of the second start talks before the guest is there."""
    vm = vm_factory(more_ports=(CONSOLE,)).wait_ready()
    vm.sh(READER).check()
    with vm.connect(CONSOLE) as console:
        console.send_raw(b"before\n")
        wait_until(lambda: "before" in vm.sh("cat /run/got").stdout)
        sleep_to_disk(vm)

    vm.respawn()
    with vm.connect() as agent, vm.connect(CONSOLE) as console:
        agent.send_raw(b'{"execute": "guest-ping", "id": "sent to a guest that was down"')
        console.send_raw(b"after\n")
        vm.wait_shell()
        token = agent.sync()
        assert agent.request("guest-ping", id=token) == {}
        wait_until(lambda: "after" in vm.sh("cat /run/got").stdout)
    assert vm.sh("cat /run/got").stdout.split() == ["before", "after"]


def balloon_mb(vm: Vm) -> int:
    """What QEMU says the guest has."""
    return vm.qmp.execute("query-balloon")["actual"] >> 20


def inflate(vm: Vm) -> None:
    """Leave the guest 200 MiB."""
    vm.qmp.execute("balloon", value=200 << 20)
    wait_until(lambda: balloon_mb(vm) == 200, 10, "the balloon does not inflate")


def test_balloon_its_size_is_recorded_before_and_read_after(vm_factory: MakeVm) -> None:
    """A new QEMU has forgotten the target: the guest has all its memory back."""
    vm = vm_factory(balloon=True).wait_ready()
    inflate(vm)
    total = "sed -n 's/^MemTotal: *\\([0-9]*\\).*/\\1/p' /proc/meminfo"
    small = int(vm.sh(total).check())
    sleep_to_disk(vm)
    wake_from_disk(vm)
    assert balloon_mb(vm) == vm.spec.memory_mb
    assert int(vm.sh(total).check()) > small + (40 << 10)
    inflate(vm)
