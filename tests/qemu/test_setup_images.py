# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""hypnos-setup in Debian 12 that boots by its own boot loader: it sleeps on disk and wakes the same.

The first one is run always, the others if HYPNOS_IMAGES is 1; docs/images.md has their last results.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from lab import Vm, wait_until
from lab.bootable import Layout, bootable, check, machine, power_off, root_of
from lab.kernel import download, real_package
from lab.run import run
from setting_up import (
    BOOT_ID,
    SLOW,
    install_product,
    set_up,
    sleep_and_start_again,
    start_writing,
    wait_for_agent,
    wait_for_more,
    wrong_lines,
)

pytestmark = pytest.mark.qemu

IMAGES = os.environ.get("HYPNOS_IMAGES") == "1"


NEWER_KERNEL = "newer-kernel"


def nothing(vm: Vm) -> None:
    """Of interest."""


def nothing_more(root: Path) -> None:
    """Is in the image."""


@dataclass(frozen=True)
class Scenario:
    """An image, and what is done to it."""

    layout: Layout = Layout()
    machine: "dict[str, Any]" = field(default_factory=dict)
    """Fields of the `Spec`."""
    install: Callable[[Path], None] = nothing_more
    set_up: Callable[[Vm], None] = set_up
    after: Callable[[Vm], None] = nothing
    """Between `hypnos-setup apply` and the sleep."""
    resumed_by: str = "Linux version 6.1."
    """What the kernel says that finds the image."""


def prepare(root: Path) -> None:
    """As an image builder does."""
    run(Path(os.environ["HYPNOS_BUILD"]) / "agent/setup/hypnos-setup", "apply", "--root", root)


def wait_for_first_boot(vm: Vm) -> None:
    """The unit does the rest."""
    state = "systemctl show -P ActiveState hypnos-setup.service"
    wait_until(lambda: vm.sh(state, 60).check() == "active", SLOW, "the first boot sets nothing up")
    vm.sh("test ! -e /var/lib/hypnos/setup-at-boot && hypnos-setup verify", SLOW).check()


def another_swap(vm: Vm) -> None:
    """Larger and of higher priority than ours, and on at each boot."""
    disk = "/dev/disk/by-id/virtio-swap"
    vm.sh(f"mkswap {disk} && echo '{disk} none swap pri=100 0 0' >>/etc/fstab && swapon -a").check()


def add_newer_kernel(root: Path) -> None:
    """Debian's next one, of another release even; its files for booting are put by for later.

    Its initramfs, made by the guest itself, would take ten minutes.
    """
    package = download(real_package("linux-image-6.12-cloud-amd64"))
    run("cp", package, root / "kernel.deb")
    menu = root / "boot/grub/grub.cfg"
    menu.rename(root / "menu")  # or the package would make it anew, for this machine
    run("chroot", root, "dpkg", "-i", "/kernel.deb")
    (root / "menu").rename(menu)
    (root / NEWER_KERNEL).mkdir()
    for name in ("vmlinuz", "initrd.img"):
        (file,) = root.glob(f"boot/{name}-6.12*")
        file.rename(root / NEWER_KERNEL / file.name)


def upgrade_kernel(vm: Vm) -> None:
    """As the package's scripts end: GRUB starts with the newest kernel then."""
    vm.sh(f"mv /{NEWER_KERNEL}/* /boot && update-grub", SLOW).check()
    vm.sh("hypnos-setup verify", SLOW).check()


SCENARIOS = {
    "ext4": Scenario(),
    "xfs": Scenario(Layout("xfs")),
    "btrfs": Scenario(Layout("btrfs")),
    "partition": Scenario(Layout(swap_mb=1024)),
    "second-swap": Scenario(machine={"swap_mb": 2048}, after=another_swap),
    "first-boot": Scenario(install=prepare, set_up=wait_for_first_boot),
    "dracut": Scenario(Layout(initramfs="dracut")),
    "newer-kernel": Scenario(
        install=add_newer_kernel, after=upgrade_kernel, resumed_by="Linux version 6.12."
    ),
    "uefi": Scenario(Layout(uefi=True)),
}
ALWAYS = ("ext4",)


def marked(name: str) -> Any:
    """As the parameter that it is."""
    unwanted = not IMAGES and name not in ALWAYS
    return pytest.param(
        SCENARIOS[name], id=name, marks=pytest.mark.skipif(unwanted, reason="image tests only")
    )


@pytest.fixture(scope="module")
def image() -> None:
    """The firmware finds what to boot."""


@pytest.fixture
def disk(guest_directory: Path) -> Iterator[Path]:
    """Where the disk will be."""
    if os.geteuid() != 0:
        pytest.skip("making a root file system needs root")
    yield guest_directory / "disk.img"


@pytest.mark.parametrize("scenario", [marked(name) for name in SCENARIOS])
def test_it_sleeps_on_disk_and_wakes_the_same(
    scenario: Scenario, disk: Path, vm_factory: Callable[..., Vm]
) -> None:

    def install(root: Path) -> None:
        install_product(root)
        scenario.install(root)

    bootable(scenario.layout, disk, install)
    choices = {"memory_mb": 512, "swap_mb": 0, **scenario.machine}
    vm = vm_factory(qemu_args=machine(scenario.layout, disk), **choices)
    vm.wait_ready(timeout=400)
    scenario.set_up(vm)
    scenario.after(vm)
    wait_for_agent(vm)
    start_writing(vm)
    boot = vm.sh(BOOT_ID).check()

    sleep_and_start_again(vm)

    assert vm.sh(BOOT_ID).check() == boot
    assert scenario.resumed_by in vm.serial_text()
    wait_for_more(vm)
    power_off(vm)
    check(scenario.layout, disk)
    with root_of(scenario.layout, disk) as root:
        assert wrong_lines(root) == []
