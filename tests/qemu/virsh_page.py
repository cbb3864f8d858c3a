# SPDX-FileCopyrightText: The hypnos authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/libvirt-commands.md out of the table that test_virsh_table.py proves."""

from virsh_table import Row, whole_table

HEAD = """<!--
SPDX-FileCopyrightText: The hypnos authors
SPDX-License-Identifier: LGPL-2.1-or-later
-->
# What libvirt asks of an agent

Each command that libvirt has for a guest agent, with hypnos-agent and with qemu-ga, one after the other in the same guest: a Debian 12
under libvirt 9.0, qemu-ga 7.2.22 as Debian has it, both started by systemd from their own units. `tests/qemu/test_virsh_table.py`
runs each row for real and looks for the effect in the guest, not at what virsh prints; this page is made from its table.

"yes" means that the effect was there. Commands that would give the host a shell in the guest are off in hypnos-agent as it is
shipped; the key that is named there turns them on, in `/etc/hypnos/agent.conf`:

```
[Commands]
Password=yes
SshKeys=yes
```

| virsh | the agent's command | effect in the guest | hypnos-agent | qemu-ga |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole of it."""
    return HEAD + "".join(map(_line, whole_table()))


def _line(row: Row) -> str:
    hypnos = f"yes, with `{row.needs}=`" if row.needs else "yes"
    plain = "`" in row.virsh or row.virsh.startswith("the ")
    verb = row.virsh if plain else f"`{row.virsh}`"
    cells = (verb, row.command, row.effect, hypnos, row.qemu_ga or "yes")
    return "| " + " | ".join(cells) + " |\n"
