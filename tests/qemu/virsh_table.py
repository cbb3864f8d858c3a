# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What libvirt asks of an agent, as a table: test_virsh_table.py proves each row, a page shows it."""

from dataclasses import dataclass
from typing import Callable

from virsh_guest import Guest

Check = Callable[[Guest], None]


@dataclass(frozen=True)
class Row:
    """A use of virsh, and the effect that `check` has looked for in the guest."""

    command: str
    virsh: str
    effect: str
    check: Check
    qemu_ga: str = ""
    """What qemu-ga makes of it; empty: the effect as well."""
    refusal: str = ""
    """What virsh says of qemu-ga, if it fails there."""
    needs: str = ""
    """The key of agent.conf's [Commands] without which hypnos-agent, as shipped, leaves it off."""

    @property
    def name(self) -> str:
        """Of the test."""
        return self.check.__name__


ROWS: "list[Row]" = []
"""In the order in which they are run: the modules below, in the order of their import."""


def row(
    command: str,
    virsh: str,
    effect: str,
    qemu_ga: str = "",
    refusal: str = "",
    needs: str = "",
) -> Callable[[Check], Check]:
    """Make a row of a check; `virsh` is what a user types, without the domain's name."""

    def add(check: Check) -> Check:
        ROWS.append(Row(command, virsh, effect, check, qemu_ga, refusal, needs))
        return check

    return add


def whole_table() -> "list[Row]":
    """All rows; those that end the guest are the last ones."""
    import virsh_rows_session  # noqa: F401  isort: skip
    import virsh_rows_disks  # noqa: F401  isort: skip
    import virsh_rows_guest  # noqa: F401  isort: skip
    import virsh_rows_users  # noqa: F401  isort: skip
    import virsh_rows_power  # noqa: F401  isort: skip

    return ROWS


def fields(text: str) -> "dict[str, str]":
    """What `virsh guestinfo` and others print: `name : value` lines."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def entry(found: "dict[str, str]", kind: str, member: str, value: str) -> "dict[str, str]":
    """The members of that one of a numbered list (`fs.0.name`...) that has this value."""
    for number in range(int(found[f"{kind}.count"])):
        prefix = f"{kind}.{number}."
        if found.get(prefix + member) == value:
            return {k.removeprefix(prefix): v for k, v in found.items() if k.startswith(prefix)}
    raise AssertionError(f"no {kind} has {member} {value}: {found}")
