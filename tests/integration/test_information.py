# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that tell of CPUs, memory, network and identity, alone and beside qemu-ga."""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.agent import Agent
from harness.client import Client
from harness.fake_root import FakeRoot

CPU = "sys/devices/system/cpu"
MEMORY = "sys/devices/system/memory"
HEADINGS = "Inter-| Receive | Transmit\n face |bytes packets errs |bytes packets errs\n"
ZERO = 32 * "0"


@pytest.fixture
def cpus(root: FakeRoot) -> FakeRoot:
    """Three CPUs: on for good, on, off."""
    (root.path / CPU / "cpu0").mkdir(parents=True)
    root.write(f"{CPU}/cpu1/online", "1\n")
    root.write(f"{CPU}/cpu2/online", "0\n")
    return root


@pytest.fixture
def memory(root: FakeRoot) -> FakeRoot:
    """Three memory blocks: on, off, and one without a state."""
    root.write(f"{MEMORY}/block_size_bytes", "8000000\n")
    for number, state in ((0, "online"), (32, "offline")):
        root.write(f"{MEMORY}/memory{number}/state", f"{state}\n")
        root.write(f"{MEMORY}/memory{number}/removable", f"{1 if number else 0}\n")
    (root.path / MEMORY / "memory33").mkdir()
    return root


def vcpu(number: int, online: bool, can_offline: bool = True) -> dict[str, object]:
    """A CPU in the words of the protocol."""
    return {"logical-id": number, "online": online, "can-offline": can_offline}


def block(number: int, online: bool, can_offline: bool) -> dict[str, object]:
    """A memory block in the words of the protocol."""
    return {"phys-index": number, "online": online, "can-offline": can_offline}


def test_cpus_are_listed(cpus: FakeRoot, client: Client) -> None:
    expected = [vcpu(0, True, False), vcpu(1, True), vcpu(2, False)]
    assert client.result("guest-get-vcpus") == expected


def test_cpus_are_switched_in_order(cpus: FakeRoot, client: Client) -> None:
    wanted = [vcpu(1, False), {"logical-id": 2, "online": True}, vcpu(0, True)]
    assert client.result("guest-set-vcpus", {"vcpus": wanted}) == 3
    assert (cpus.read(f"{CPU}/cpu1/online"), cpus.read(f"{CPU}/cpu2/online")) == ("0", "1")
    assert client.result("guest-set-vcpus", {"vcpus": []}) == 0


def test_the_first_cpu_that_cannot_be_switched_ends_it(cpus: FakeRoot, client: Client) -> None:
    wanted = [vcpu(1, False), vcpu(0, False), vcpu(2, True)]
    assert client.result("guest-set-vcpus", {"vcpus": wanted}) == 1
    assert cpus.read(f"{CPU}/cpu2/online") == "0\n"
    error = client.error("guest-set-vcpus", {"vcpus": wanted[1:]})
    assert error["class"] == "GenericError"
    assert error["desc"].startswith("cannot switch CPU 0 off: the kernel has no switch for it")


def test_a_cpu_that_the_kernel_is_busy_with_holds_up_nobody_else(
    cpus: FakeRoot, agent: Agent
) -> None:
    switch = cpus.path / CPU / "cpu1/online"
    switch.unlink()
    os.mkfifo(switch)  # holds whoever reads it
    with agent.connect() as waiting, agent.connect() as other:
        waiting.request("guest-get-vcpus")
        other.ping()
        with switch.open("w") as fifo:
            fifo.write("1\n")
        assert waiting.reply()["return"][1] == vcpu(1, True)


def test_memory_blocks(memory: FakeRoot, client: Client) -> None:
    assert client.result("guest-get-memory-block-info") == {"size": 0x8000000}
    expected = [block(0, True, False), block(32, False, True), block(33, True, False)]
    assert client.result("guest-get-memory-blocks") == expected


def test_each_memory_block_has_its_answer(memory: FakeRoot, client: Client) -> None:
    wanted = [block(0, False, True), block(7, True, True), block(32, False, True)]
    answers = client.result(
        "guest-set-memory-blocks",
        {"mem-blks": [*wanted, {"phys-index": 33, "online": False}]},
    )
    assert answers == [
        {"phys-index": 0, "response": "success"},
        {"phys-index": 7, "response": "not-found", "error-code": 2},
        {"phys-index": 32, "response": "success"},
        {"phys-index": 33, "response": "operation-not-supported", "error-code": 2},
    ]
    assert memory.read(f"{MEMORY}/memory0/state") == "offline"
    assert memory.read(f"{MEMORY}/memory32/state") == "offline\n"
    assert client.result("guest-set-memory-blocks", {"mem-blks": []}) == []


def test_a_memory_block_that_the_kernel_keeps(memory: FakeRoot, client: Client) -> None:
    state = memory.path / MEMORY / "memory0/state"
    state.unlink()
    state.symlink_to("/proc/self/stat")  # can be read, and never written
    wanted = {"mem-blks": [block(0, True, True)]}
    (answer,) = client.result("guest-set-memory-blocks", wanted)
    assert answer["response"] == "operation-failed"
    assert answer["error-code"] > 0


def test_a_kernel_without_memory_blocks(client: Client) -> None:
    assert client.result("guest-get-memory-blocks") == []
    assert "memory hotplug" in client.error("guest-get-memory-block-info")["desc"]


def test_cpu_times_are_milliseconds(root: FakeRoot, client: Client) -> None:
    second = os.sysconf("SC_CLK_TCK")
    root.write("proc/stat", f"cpu  1 1 1 1\ncpu0 {second} 0 {2 * second} 0 5\ncpu1 0 0 0 0\n")
    times = client.result("guest-get-cpustats")
    assert [(each["type"], each["cpu"]) for each in times] == [("linux", 0), ("linux", 1)]
    assert (times[0]["user"], times[0]["system"]) == (1000, 2000)
    assert "iowait" in times[0] and "irq" not in times[0] and "iowait" not in times[1]


def test_load(root: FakeRoot, client: Client) -> None:
    assert "cannot read" in client.error("guest-get-load")["desc"]
    root.write("proc/loadavg", "0.25 1.50 2.00 1/100 4711\n")
    expected = {"load1m": 0.25, "load5m": 1.5, "load15m": 2.0}
    assert client.result("guest-get-load") == expected


def test_interfaces_have_what_went_through_them(root: FakeRoot, client: Client) -> None:
    root.write("proc/net/dev", HEADINGS + "    lo: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n")
    interfaces = {each["name"]: each for each in client.result("guest-network-get-interfaces")}
    loopback = {"ip-address-type": "ipv4", "ip-address": "127.0.0.1", "prefix": 8}
    assert loopback in interfaces["lo"]["ip-addresses"]
    assert interfaces["lo"]["hardware-address"] == "00:00:00:00:00:00"
    names = [f"{way}-{what}" for way in ("rx", "tx") for what in COUNTERS]
    assert interfaces["lo"]["statistics"] == dict(zip(names, range(1, 9), strict=True))


COUNTERS = ("bytes", "packets", "errs", "dropped")


def test_routes(root: FakeRoot, client: Client) -> None:
    assert "cannot read" in client.error("guest-network-get-route")["desc"]
    gateway, mask = (
        f"{struct.unpack('=I', bytes(address))[0]:08X}"
        for address in ((192, 0, 2, 1), (255, 0, 0, 0))
    )
    line = f"eth0\t00000000\t{gateway}\t0003\t0\t0\t100\t{mask}\t0\t0\t0\n"
    root.write("proc/net/route", "Iface\tDestination\tGateway\n" + line)
    ipv4 = {"iface": "eth0", "destination": "0.0.0.0", "gateway": "192.0.2.1"}
    ipv4 |= {"mask": "255.0.0.0", "version": 4, "metric": 100, "flags": 3}
    ipv4 |= dict.fromkeys(("refcnt", "use", "mtu", "window", "irtt"), 0)
    assert client.result("guest-network-get-route") == [ipv4], "a kernel without IPv6"
    line = f"{ZERO} 00 {ZERO} 00 fe80{27 * '0'}1 ffffffff 00000001 00000000 80200200 lo\n"
    root.write("proc/net/ipv6_route", line)
    ipv6 = {"iface": "lo", "destination": "::", "desprefixlen": "0", "source": "::"}
    ipv6 |= {"srcprefixlen": "0", "nexthop": "fe80::1", "metric": 0xFFFFFFFF, "version": 6}
    ipv6 |= {"flags": 0x80200200, "refcnt": 1, "use": 0}
    assert client.result("guest-network-get-route") == [ipv4, ipv6]


def test_more_routes_than_a_reply_holds_are_an_error(root: FakeRoot, client: Client) -> None:
    root.write("proc/net/route", 16385 * "e 0 0 1 0 0 0 0 0 0 0\n")
    assert "there are 16385" in client.error("guest-network-get-route")["desc"]


def test_host_name_and_operating_system(root: FakeRoot, client: Client) -> None:
    for name, text in (("hostname", "guest"), ("osrelease", "6.1.0"), ("version", "#1 SMP")):
        root.write(f"proc/sys/kernel/{name}", f"{text}\n")
    assert client.result("guest-get-host-name") == {"host-name": "guest"}
    kernel = {"kernel-release": "6.1.0", "kernel-version": "#1 SMP"}
    kernel["machine"] = os.uname().machine
    assert client.result("guest-get-osinfo") == kernel
    root.write("etc/os-release", 'ID=test\nPRETTY_NAME="Test 1"\nVARIANT_ID=small\nX=y\n')
    system = {"id": "test", "pretty-name": "Test 1", "variant-id": "small"}
    assert client.result("guest-get-osinfo") == {**kernel, **system}


def test_os_release_may_be_elsewhere(
    root: FakeRoot, make_agent: Callable[..., Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QGA_OS_RELEASE", "/srv/os")
    root.write("etc/os-release", "ID=here\n")
    with make_agent().start().connect() as client:
        assert "id" not in client.result("guest-get-osinfo")
        root.write("srv/os", "ID=elsewhere\n")
        assert client.result("guest-get-osinfo")["id"] == "elsewhere"


@pytest.mark.parametrize(
    ("zone", "name", "offset"), [("IST-5:30", "IST", 19800), ("NDT2:30", "NDT", -9000)]
)
def test_time_zone(
    zone: str,
    name: str,
    offset: int,
    make_agent: Callable[..., Agent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", zone)
    with make_agent().start().connect() as client:
        assert client.result("guest-get-timezone") == {"zone": name, "offset": offset}


def utmp(kind: int, user: str, seconds: int, microseconds: int = 0) -> bytes:
    """An entry as on x86-64: utmp(5)."""
    head = struct.pack("=hxxi32s4s32s256s", kind, 1, b"tty1", b"1", user.encode(), b"")
    return head + struct.pack("=hhiii36x", 0, 0, 0, seconds, microseconds)


def test_users_are_told_once_with_their_earliest_login(root: FakeRoot, client: Client) -> None:
    assert client.result("guest-get-users") == []
    logins = utmp(2, "reboot", 1) + utmp(7, "ada", 9) + utmp(7, "bob", 5)
    (root.path / "run").mkdir(exist_ok=True)
    (root.path / "run/utmp").write_bytes(logins + utmp(7, "ada", 3, 500000))
    expected = [{"user": "ada", "login-time": 3.5}, {"user": "bob", "login-time": 5.0}]
    assert client.result("guest-get-users") == expected


PLAIN = (
    *("guest-get-vcpus", "guest-get-cpustats", "guest-get-memory-blocks"),
    *("guest-get-memory-block-info", "guest-network-get-interfaces", "guest-get-host-name"),
    *("guest-get-osinfo", "guest-get-timezone", "guest-get-users"),
)
"""Take no arguments; qemu-ga 7.2 has them, too."""


@pytest.mark.parametrize("command", [*PLAIN, "guest-get-load", "guest-network-get-route"])
def test_no_arguments_are_taken(command: str, client: Client, qemu_ga: Path) -> None:
    expected = {"class": "GenericError", "desc": "Parameter 'x' is unexpected"}
    assert client.error(command, {"x": 1}) == expected
    if command in PLAIN:
        with Client.unix(qemu_ga, judged=False) as other:
            assert other.error(command, {"x": 1}) == expected


@pytest.mark.parametrize(
    ("command", "arguments", "problem"),
    [
        ("guest-set-vcpus", {}, "Parameter 'vcpus' is missing"),
        ("guest-set-vcpus", {"vcpus": 1}, "for 'vcpus', expected: array"),
        ("guest-set-vcpus", {"vcpus": [1]}, "for 'vcpus[0]', expected: object"),
        ("guest-set-vcpus", {"vcpus": [{}]}, "'vcpus[0].logical-id' is missing"),
        ("guest-set-vcpus", {"vcpus": [{"logical-id": 1}]}, "'vcpus[0].online' is missing"),
        ("guest-set-vcpus", {"vcpus": [{**vcpu(1, True), "x": 1}]}, "'vcpus[0].x' is unexpected"),
        ("guest-set-vcpus", {"vcpus": [], "x": 1}, "'x' is unexpected"),
        ("guest-set-memory-blocks", {}, "Parameter 'mem-blks' is missing"),
        ("guest-set-memory-blocks", {"mem-blks": [{}]}, "'mem-blks[0].phys-index' is missing"),
    ],
)
def test_arguments_are_checked(
    command: str, arguments: dict[str, Any], problem: str, cpus: FakeRoot, client: Client
) -> None:
    error = client.error(command, arguments)
    assert error["class"] == "GenericError" and problem in error["desc"]
    assert cpus.read(f"{CPU}/cpu1/online") == "1\n"
