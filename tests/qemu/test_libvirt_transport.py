# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests reached through libvirt: two hosts, one by its UNIX socket and one by TCP."""

import json
import os
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any, Iterator, NamedTuple

import pytest
from lab import Image, wait_until
from libvirtd import Libvirtd

pytestmark = pytest.mark.qemu

Lines = list[dict[str, Any]]


class Host(NamedTuple):
    """A libvirtd and the one domain it has."""

    libvirtd: Libvirtd
    domain: str

    def command(self, *words: str) -> list[str]:
        """The probe's command line."""
        probe = Path(os.environ["HYPNOS_BUILD"]) / "tests/support/libvirt_probe"
        return self.libvirtd.inside(str(probe), self.libvirtd.uri, *words)

    def lines(self, *words: str) -> Lines:
        """What the probe prints."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120)
        assert done.returncode in (0, 1), done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def ask(self, port: str, *words: str) -> dict[str, Any]:
        """The same, of its domain by one of its ports."""
        (line,) = self.lines(self.domain, port, *words)
        return line


class Running:
    """A probe that goes on, and what it has printed so far."""

    def __init__(self, command: list[str]) -> None:
        self._probe = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._lines: "queue.Queue[dict[str, Any]]" = queue.Queue()
        self._seen: Lines = []
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self._probe.kill()
        self._probe.wait()

    def _read(self) -> None:
        assert self._probe.stdout is not None
        for line in self._probe.stdout:
            self._lines.put(json.loads(line))

    def line(self, timeout: float = 30) -> dict[str, Any]:
        """The next line."""
        try:
            self._seen.append(self._lines.get(timeout=timeout))
        except queue.Empty:
            raise TimeoutError(f"nothing more after {self._seen}") from None
        return self._seen[-1]

    def wait_connected(self) -> None:
        """Both of a watch's ports are there."""
        missing = {"power: connected", "qmp: connected"}
        while missing:
            missing.discard(self.line().get("note", ""))

    def wait(self, key: str, value: str, timeout: float = 30) -> dict[str, Any]:
        """The next line that has this."""
        while True:
            line = self.line(timeout)
            if value in str(line.get(key)):
                return line


@pytest.fixture(scope="module")
def hosts(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Host]]:
    """Two hosts with a running domain each; the second listens on TCP."""
    if os.geteuid() != 0:
        pytest.skip("libvirtd in a mount namespace of its own needs root")
    found = []
    for number, name in enumerate(("first", "second")):
        home = tmp_path_factory.mktemp(name)
        host = Host(Libvirtd(home / "libvirtd.log", tcp=number == 1), name)
        found.append(host)
        host.libvirtd.start_domain(name, image, home)
    for host in found:
        wait_until(lambda host=host: "agent" in answers(host), 90, "the agent does not answer")
    yield found
    for host in found:
        host.libvirtd.try_virsh("destroy", host.domain)
        host.libvirtd.stop()


def answers(host: Host, port: str = "power") -> str:
    """Which of the agent and the machine answer."""
    status = host.ask(port, "status")
    return " ".join(side for side in ("agent", "qemu") if "error" not in status[side])


@pytest.fixture(params=(0, 1), ids=("unix", "tcp"))
def host(request: pytest.FixtureRequest, hosts: list[Host]) -> Host:
    """Each of the hosts."""
    return hosts[request.param]


def test_domains_are_listed_with_the_port_to_use(host: Host) -> None:
    expected = {"name": host.domain, "agent": "", "power": "org.hypnos.power.0"}
    assert host.lines("list") == [expected]


@pytest.mark.parametrize("port", ["agent", "power"])
def test_a_ram_sleep_is_proved_and_its_wake_reported(host: Host, port: str) -> None:
    report = host.ask(port, "suspend", "ram")
    assert report["outcome"] == "slept", report
    assert "SUSPEND" in [step["name"] for step in report["timeline"]]
    assert host.libvirtd.virsh("domstate", host.domain) == "pmsuspended"
    assert host.ask(port, "status")["qemu"]["run-state"] == "suspended"
    woken = host.ask(port, "wake")
    assert (woken.get("was-asleep"), woken["boot-id"]) == (True, report["boot-id"]), woken
    assert woken["record"]["transaction"] == report["transaction"]
    assert host.libvirtd.virsh("domstate", host.domain) == "running"


@pytest.mark.parametrize("port", ["agent", "power"])
def test_a_disk_sleep_is_proved_and_wake_starts_the_domain(host: Host, port: str) -> None:
    report = host.ask(port, "suspend", "disk")
    assert report["outcome"] == "slept", report
    assert "SUSPEND_DISK" in [step["name"] for step in report["timeline"]]
    host.libvirtd.await_state(host.domain, "shut off")
    assert host.ask(port, "status")["qemu"]["run-state"] == "off"
    woken = host.ask(port, "wake")
    assert (woken.get("started"), woken["boot-id"]) == (True, report["boot-id"]), woken
    assert woken["record"]["transaction"] == report["transaction"]


def test_the_agents_errors_keep_their_meaning(host: Host) -> None:
    unknown = host.ask("agent", "call", "no-such-command")["error"]
    assert "has not been found" in unknown["text"]
    assert "libvirt" not in unknown["text"]
    wrong = host.ask("agent", "call", "hypnos-suspend", '{"mode": "tea"}')["error"]
    assert "mode" in wrong["text"]
    echo = host.ask("agent", "call", "guest-sync", '{"id": 4611686018427387904}')
    assert echo == 4611686018427387904


def test_a_balloon_is_set_and_read_in_bytes(host: Host) -> None:
    most = host.ask("agent", "balloon")["most"]
    assert most == 256 << 20
    host.ask("agent", "balloon", str(192 << 20))
    wait_until(lambda: host.ask("agent", "balloon")["now"] == 192 << 20, 30)
    host.ask("agent", "balloon", str(most))
    wait_until(lambda: host.ask("agent", "balloon")["now"] == most, 30)


def test_a_watch_hears_the_guest_and_the_machine(host: Host) -> None:
    with Running(host.command(host.domain, "power", "watch")) as watch:
        watch.wait_connected()
        assert host.ask("agent", "suspend", "ram")["outcome"] == "slept"
        watch.wait("event", "HYPNOS_SUSPENDING")
        watch.wait("event", "SUSPEND")
        host.libvirtd.virsh("dompmwakeup", host.domain)
        watch.wait("event", "WAKEUP")
        watch.wait("event", "HYPNOS_RESUMED")


def test_many_replies_come_whole(host: Host) -> None:
    assert host.lines(host.domain, "power", "read", "300")[-1]["replies"] == 300


def test_a_guest_that_sends_what_nobody_reads_is_cut_off(host: Host) -> None:
    """libvirt would keep it all in memory."""
    most = (4 << 20) + (1 << 20)  # the bridge's, and what sockets and packets hold
    count = 2 * most // host.lines(host.domain, "power", "read", "1")[-1]["bytes"]
    assert host.lines(host.domain, "power", "hold", str(count))[-1]["bytes"] < most
    assert answers(host) == "agent qemu"


def test_what_a_sleeping_guest_is_asked_waits_for_its_wake(host: Host) -> None:
    """A few more requests, and libvirtd would read nothing more from us."""
    assert host.ask("agent", "suspend", "ram")["outcome"] == "slept"
    with Running(host.command(host.domain, "power", "slowly", "300")) as probe:
        assert probe.line() == {"asked": 300}
        assert host.ask("agent", "wake")["was-asleep"]
        assert probe.line()["replies"] == 300


def test_a_libvirtd_that_ends_is_noticed_and_found_again(host: Host) -> None:
    with Running(host.command(host.domain, "power", "watch")) as watch:
        watch.wait_connected()
        host.libvirtd.kill()
        host.libvirtd.start_again()
        watch.wait_connected()
        assert host.ask("agent", "suspend", "ram")["outcome"] == "slept"
        watch.wait("event", "SUSPEND")
        assert host.ask("agent", "wake")["was-asleep"]
        watch.wait("event", "HYPNOS_RESUMED")


def test_a_port_that_another_client_has_is_named(host: Host) -> None:
    with Running(host.command(host.domain, "power", "watch")) as watch:
        watch.wait_connected()
        error = host.ask("power", "status")["agent"]["error"]
    assert "org.hypnos.power.0: another client has it" in str(error)
    assert answers(host) == "agent qemu"


def ctl(hosts: "list[Host]", verb: str, *words: str) -> "tuple[int, dict[str, dict[str, Any]]]":
    """hypnosctl on all domains of both hosts, run at the first: exit status and reports by guest."""
    connect = [word for host in hosts for word in ("--connect", host.libvirtd.uri)]
    program = os.environ["HYPNOSCTL"]
    command = hosts[0].libvirtd.inside(program, verb, "--all", "--json", *connect, *words)
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told, done.stderr
    return done.returncode, {line.get("guest", line.get("name")): line for line in told}


def test_hypnosctl_drives_the_domains_of_two_hosts(hosts: "list[Host]") -> None:
    names = {"localhost/first", "127.0.0.1/second"}
    assert set(ctl(hosts, "list")[1]) == names

    status, told = ctl(hosts, "preflight")
    assert status == 0, told
    status, slept = ctl(hosts, "suspend", "--after", "localhost/first=127.0.0.1/second")
    assert status == 0, slept
    assert {report["outcome"] for report in slept.values()} == {"slept"}
    requested = {name: report["timeline"][1]["at-us"] for name, report in slept.items()}
    assert requested["localhost/first"] > requested["127.0.0.1/second"]
    for host in hosts:
        assert host.libvirtd.virsh("domstate", host.domain) == "pmsuspended"
    status, woken = ctl(hosts, "wake")
    assert (status, {report["was-asleep"] for report in woken.values()}) == (0, {True})

    status, slept = ctl(hosts, "suspend", "--to", "disk", "--for", "5s", "--timeout", "90")
    assert status == 0, slept
    assert {report["verb"] for report in slept.values()} == {"wake"}
    assert {report["started"] for report in slept.values()} == {True}
    assert {report["outcome"] for report in slept.values()} == {"slept"}
    for host in hosts:
        assert host.libvirtd.virsh("domstate", host.domain) == "running"
