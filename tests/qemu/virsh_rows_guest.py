# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows about processors, clocks, and what the guest is."""

import time
from contextlib import contextmanager
from typing import Iterator

from virsh_guest import ADDRESS, MAC, Guest, VirshFailed
from virsh_table import entry, fields, row

HOUR = 3600
SLACK = 15
"""Seconds that may lie between setting a clock and looking at it."""
RTC = "cat /sys/class/rtc/rtc0/since_epoch"
PAST = 1_600_000_000


def online(guest: Guest) -> str:
    """The processors that run, as the kernel says."""
    return guest.sh("cat /sys/devices/system/cpu/online")


@row("guest-get-vcpus", "vcpucount --guest", "as the kernel counts")
def count_vcpus(guest: Guest) -> None:
    assert guest.virsh("vcpucount", "--guest") == "2"
    guest.sh("echo 0 >/sys/devices/system/cpu/cpu1/online")
    told = guest.virsh("vcpucount", "--guest")
    guest.sh("echo 1 >/sys/devices/system/cpu/cpu1/online")
    assert told == "1"


@row("guest-get-vcpus", "guestvcpus", "the numbers of those that are there, run, may be stopped")
def list_vcpus(guest: Guest) -> None:
    told = fields(guest.virsh("guestvcpus"))
    assert told == {"vcpus": "0-1", "online": "0-1", "offlinable": "1"}


@row("guest-set-vcpus", "setvcpus --guest", "the kernel has stopped the processor, and started it")
def set_vcpus(guest: Guest) -> None:
    guest.virsh("setvcpus", "1", "--guest")
    assert online(guest) == "0"
    guest.virsh("setvcpus", "2", "--guest")
    assert online(guest) == "0-1"


@row("guest-set-vcpus", "`guestvcpus --disable 1`, `--enable 1`", "the same")
def choose_vcpus(guest: Guest) -> None:
    guest.virsh("guestvcpus", "--disable", "1")
    assert online(guest) == "0"
    guest.virsh("guestvcpus", "--enable", "1")
    assert online(guest) == "0-1"


@contextmanager
def clock_off(guest: Guest, by: int = -HOUR) -> Iterator[None]:
    """The guest's clock is wrong by so much; afterwards it and the RTC are right."""
    guest.sh(f"date -s @{int(time.time()) + by}")
    try:
        yield
    finally:
        guest.sh(f"date -s @{int(time.time())} && /sbin/hwclock -w")


def clocks(guest: Guest) -> "tuple[int, int]":
    """The guest's system clock and RTC, against the host's."""
    system, rtc = guest.sh(f"date +%s; {RTC}").split()
    now = time.time()
    return round(int(system) - now), round(int(rtc) - now)


def near(error: int, wanted: int = 0) -> bool:
    """Whether a clock is as wrong as that, no more and no less."""
    return abs(error - wanted) <= SLACK


@row("guest-get-time", "domtime", "the guest's clock, not the host's")
def get_time(guest: Guest) -> None:
    with clock_off(guest):
        told = int(fields(guest.virsh("domtime"))["Time"])
        assert near(told - int(time.time()), -HOUR)


@row("guest-set-time", "domtime --now", "system clock and RTC have the host's time")
def set_time_to_now(guest: Guest) -> None:
    with clock_off(guest):
        guest.sh("/sbin/hwclock -w")
        assert [near(error, -HOUR) for error in clocks(guest)] == [True, True]
        guest.virsh("domtime", "--now")
        assert [near(error) for error in clocks(guest)] == [True, True]


@row("guest-set-time", "domtime --time SECONDS", "system clock and RTC have that time")
def set_time(guest: Guest) -> None:
    with clock_off(guest):
        guest.virsh("domtime", "--time", str(PAST))
        wanted = PAST - int(time.time())
        assert [near(error, wanted) for error in clocks(guest)] == [True, True]


@row("guest-set-time", "domtime --sync", "the system clock has the RTC's time")
def set_time_from_rtc(guest: Guest) -> None:
    with clock_off(guest):
        assert near(clocks(guest)[0], -HOUR)
        guest.virsh("domtime", "--sync")
        assert [near(error) for error in clocks(guest)] == [True, True]


@contextmanager
def without_hwclock(guest: Guest) -> Iterator[None]:
    """As in a Debian without util-linux-extra."""
    guest.sh("mv /sbin/hwclock /sbin/no-hwclock")
    try:
        yield
    finally:
        guest.sh("mv /sbin/no-hwclock /sbin/hwclock")


@row(
    "guest-set-time",
    "`domtime --now`, in a guest without `hwclock`",
    "system clock and RTC have the host's time",
    qemu_ga="refused, but the system clock is set; the RTC is not",
    refusal="hwclock failed to set hardware clock to system time",
)
def set_time_without_hwclock(guest: Guest) -> None:
    with clock_off(guest):
        guest.sh("/sbin/hwclock -w")
        try:
            with without_hwclock(guest):
                guest.virsh("domtime", "--now")
        except VirshFailed:
            system, rtc = clocks(guest)
            assert near(system) and near(rtc, -HOUR)
            raise
        assert [near(error) for error in clocks(guest)] == [True, True]


@contextmanager
def another_name(guest: Guest) -> Iterator[str]:
    """A host name that the guest had not when the agent started."""
    old = guest.sh("hostname")
    guest.sh("hostname dreamer")
    try:
        yield "dreamer"
    finally:
        guest.sh(f"hostname {old}")


@row("guest-get-host-name", "domhostname --source agent", "the name the guest has now")
def host_name(guest: Guest) -> None:
    with another_name(guest) as name:
        assert guest.virsh("domhostname", "--source", "agent") == name


@row("guest-get-host-name", "guestinfo --hostname", "the same")
def host_name_in_guestinfo(guest: Guest) -> None:
    with another_name(guest) as name:
        assert fields(guest.virsh("guestinfo", "--hostname")) == {"hostname": name}


@row("guest-network-get-interfaces", "domifaddr --source agent", "MAC and addresses")
def addresses(guest: Guest) -> None:
    lines = [line.split() for line in guest.virsh("domifaddr", "--source", "agent").splitlines()]
    assert ["eth0", MAC, "ipv4", f"{ADDRESS}/24"] in lines
    assert ["lo", "00:00:00:00:00:00", "ipv4", "127.0.0.1/8"] in lines


@row("guest-network-get-interfaces", "guestinfo --interface", "the same")
def interfaces(guest: Guest) -> None:
    found = fields(guest.virsh("guestinfo", "--interface"))
    told = entry(found, "if", "name", "eth0")
    assert told["hwaddr"] == MAC
    first = entry({"addr.count": told["addr.count"], **told}, "addr", "addr", ADDRESS)
    assert (first["type"], first["prefix"]) == ("ipv4", "24")


@row("guest-get-osinfo", "guestinfo --os", "what os-release and uname say")
def operating_system(guest: Guest) -> None:
    told = fields(guest.virsh("guestinfo", "--os"))
    assert (told["os.id"], told["os.version-id"]) == ("debian", "12")
    assert told["os.kernel-release"] == guest.sh("uname -r")
    assert told["os.kernel-version"] == guest.sh("uname -v")
    assert told["os.machine"] == guest.sh("uname -m")
    assert told["os.pretty-name"] == guest.sh(". /etc/os-release; echo $PRETTY_NAME")


@row("guest-get-timezone", "guestinfo --timezone", "name and offset of the guest's zone")
def timezone(guest: Guest) -> None:
    told = fields(guest.virsh("guestinfo", "--timezone"))
    assert told == {"timezone.name": "IST", "timezone.offset": "19800"}
    assert guest.sh("date '+%Z %:z'") == "IST +05:30"
