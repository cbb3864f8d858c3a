# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures for tests in virtual machines.

``HYPNOS_AGENT`` is the path of the agent to test.
"""

import os
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from lab import GuestDirectory, GuestFailed, Image, Spec, Vm, agent_image

VMS = pytest.StashKey[list[Vm]]()
VmFactory = Callable[..., Vm]
TAIL = 60
"""Lines of each log that a failure's report shows."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "qemu: boots a virtual machine")


@pytest.fixture(scope="session", autouse=True)
def state() -> Iterator[None]:
    """Where hypnosctl remembers guests: nowhere that lasts."""
    with tempfile.TemporaryDirectory(prefix="state-") as path:
        os.environ["HYPNOS_STATE"] = path
        yield


@pytest.fixture(scope="session")
def image() -> Image:
    """What the guests boot: the kernel, and an initramfs with the agent."""
    agent = os.environ.get("HYPNOS_AGENT")
    if not agent:
        pytest.skip("HYPNOS_AGENT names no agent")
    return agent_image(Path(agent))


@pytest.fixture
def guest_directory() -> Iterator[Path]:
    """A directory whose name is short enough for sockets in it."""
    with tempfile.TemporaryDirectory(prefix="lab-") as path:
        yield Path(path)


@pytest.fixture
def vm_factory(
    request: pytest.FixtureRequest, image: Image, guest_directory: Path
) -> Iterator[VmFactory]:
    """Makes started machines out of the fields of a `Spec`; stops them all."""
    yield from _factory(request.node, image, guest_directory)


@pytest.fixture(scope="module")
def shared_vm_factory(request: pytest.FixtureRequest, image: Image) -> Iterator[VmFactory]:
    """The same for machines that all tests of a module use, one after the other."""
    with tempfile.TemporaryDirectory(prefix="lab-") as path:
        yield from _factory(request.node, image, Path(path))


def _factory(node: pytest.Item | pytest.Collector, image: Image, home: Path) -> Iterator[VmFactory]:
    vms = node.stash.setdefault(VMS, [])

    def make(**choices: Any) -> Vm:
        spec = Spec(**{"image": image, **choices})
        vms.append(Vm(spec, GuestDirectory(home / str(len(vms)))))
        return vms[-1].start()

    yield make
    for vm in vms:
        vm.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show in a failure's report what the guests said."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and report.when != "teardown":
        vms = [vm for node in item.listchain() for vm in node.stash.get(VMS, [])]
        for number, vm in enumerate(vms):
            report.sections.append((f"console of guest {number}", _tail(vm.serial_text())))
            report.sections.append((f"agent of guest {number}", _agent_log(vm)))


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-TAIL:])


def _agent_log(vm: Vm) -> str:
    try:
        return vm.sh(f"tail -n {TAIL} /run/agent.log", timeout=5).stdout
    except (GuestFailed, OSError) as reason:
        return f"out of reach: {reason}"
