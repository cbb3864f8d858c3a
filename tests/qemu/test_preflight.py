# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Preflight in guests that are healthy, and in guests that were made or booted wrong.

Each refusal that preflight foretells is also asked of the kernel, so that it is true.
"""

import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest
from lab import POWER_PORT, Image, Vm
from preflight import DISK_MODES, MODES, findings, only_finding, words
from states import image_with_programs, kernel_refusal

pytestmark = pytest.mark.qemu

MakeVm = Callable[..., Vm]

VIRTIOFSD = Path("/usr/lib/qemu/virtiofsd")


@pytest.fixture(scope="module")
def image() -> Image:
    """The agent, and programs that bring a guest into states no shell can."""
    return image_with_programs()


def check_healthy(vm: Vm) -> None:
    """Nothing to find, in any mode."""
    assert {mode: findings(vm, mode) for mode in MODES} == {mode: [] for mode in MODES}


@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_nothing_is_found_in_a_healthy_guest(vm_factory: MakeVm, machine: str) -> None:
    check_healthy(vm_factory(machine=machine).wait_ready())


def test_nothing_is_found_after_a_hybrid_and_a_disk_sleep(vm_factory: MakeVm) -> None:
    """The kernel puts the swap's header back past the page cache."""
    vm = vm_factory().wait_ready()
    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.request("hypnos-suspend", {"mode": "hybrid"}, id="hybrid")
        vm.qmp.wait_event("SUSPEND")
        vm.qmp.wake()
        power.wait_event("HYPNOS_RESUMED")
    check_healthy(vm)
    with vm.connect(POWER_PORT) as power:
        power.sync()
        power.request("hypnos-suspend", {"mode": "disk"}, id="disk")
        vm.wait_exit()
    vm.respawn()
    with vm.connect(POWER_PORT) as power:
        power.wait_event("HYPNOS_RESUMED", timeout=60)
    check_healthy(vm)


def test_a_guest_without_s3_s4_and_then_locked_down(vm_factory: MakeVm) -> None:
    vm = vm_factory(s3=False, s4=False, kernel_args=("noresume",)).wait_ready()
    assert words(vm, "ram") == ["block pm.s2idle-only"]
    assert words(vm, "ram", require="any") == []
    assert words(vm, "disk") == ["warn pm.s4-off", "block resume.cmdline"]
    assert words(vm, "hybrid") == ["block pm.s2idle-only", "block resume.cmdline"]
    assert words(vm, "hybrid", require="any") == ["block resume.cmdline"]

    lockdown = "/sys/kernel/security/lockdown"
    vm.sh("mount -t securityfs none /sys/kernel/security").check()
    vm.sh(f"echo integrity >{lockdown}").check()
    found = findings(vm, "disk")
    assert [str(finding) for finding in found] == ["block pm.disabled", "block resume.cmdline"]
    assert found[0].subject == f"{lockdown}: none [integrity] confidentiality"
    assert kernel_refusal(vm, "disk") == "Operation not permitted"
    assert words(vm, "ram", require="any") == []


def test_nohibernate_is_named(vm_factory: MakeVm) -> None:
    vm = vm_factory(kernel_args=("nohibernate",)).wait_ready()
    for mode in DISK_MODES:
        assert only_finding(vm, mode, "block pm.disabled").subject == "/proc/cmdline: nohibernate"
    assert words(vm, "ram") == []
    assert kernel_refusal(vm, "disk") == "Operation not permitted"


def test_no_swap_at_all(vm_factory: MakeVm) -> None:
    """Which also means that nothing was there to resume from."""
    vm = vm_factory(swap_mb=0).wait_ready()
    for mode in DISK_MODES:
        assert "block swap.none" in words(vm, mode)
    assert words(vm, "ram") == []
    assert kernel_refusal(vm, "disk") == "No such device"


MEMORY_DEVICE = (
    *("-m", "256M,slots=2,maxmem=1G"),
    *("-object", "memory-backend-ram,id=memory0,size=128M"),
    *("-device", "virtio-mem-pci,id=memory,memdev=memory0,requested-size=128M"),
)


def test_virtio_mem_refuses_every_sleep(vm_factory: MakeVm) -> None:
    """Linux 6.1 refuses it in the driver, after all else is frozen; later ones in a notifier."""
    vm = vm_factory(qemu_args=MEMORY_DEVICE, kernel_args=("memhp_default_state=online",))
    vm.wait_ready().sh("modprobe virtio_mem && sleep 0.5").check()
    for mode in MODES:
        subject = only_finding(vm, mode, "block pm.notifier").subject
        assert subject.startswith("/sys/bus/virtio/drivers/virtio_mem: virtio")
    assert kernel_refusal(vm, "mem") == "Operation not permitted"
    assert kernel_refusal(vm, "disk") == "Operation not permitted"


@pytest.fixture
def shared_directory(guest_directory: Path) -> Iterator[tuple[str, ...]]:
    """QEMU's arguments for a directory that is shared by virtio-fs under the tag "share"."""
    if not VIRTIOFSD.exists():
        pytest.skip("virtiofsd is not installed")
    share, socket = guest_directory / "share", guest_directory / "fs.sock"
    share.mkdir()
    options = ("-o", f"source={share}", "-o", "sandbox=chroot")
    command = ["setpriv", "--pdeathsig", "KILL", "--", VIRTIOFSD, f"--socket-path={socket}"]
    daemon = subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)
    yield (
        *("-object", "memory-backend-memfd,id=ram,size=256M,share=on"),
        *("-machine", "memory-backend=ram", "-chardev", f"socket,id=fs,path={socket}"),
        *("-device", "vhost-user-fs-pci,chardev=fs,tag=share"),
    )
    daemon.kill()
    daemon.wait()


def test_virtio_fs_refuses_every_sleep_mounted_or_not(
    vm_factory: MakeVm, shared_directory: tuple[str, ...]
) -> None:
    vm = vm_factory(qemu_args=shared_directory).wait_ready()
    vm.sh("modprobe virtiofs && mkdir /mnt && mount -t virtiofs share /mnt").check()
    for mode in MODES:
        subject = only_finding(vm, mode, "block driver.nopm").subject
        assert subject.startswith("/sys/bus/virtio/drivers/virtiofs: virtio")
    vm.sh("umount /mnt").check()
    assert words(vm, "ram") == ["block driver.nopm"]
    assert kernel_refusal(vm, "mem") == "Operation not supported"
    assert kernel_refusal(vm, "disk") == "Operation not supported"
