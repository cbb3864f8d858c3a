// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

namespace hypnos::agent {

inline constexpr const char* kUsageText =
    R"(Usage: hypnos-agent [OPTION...]

Speaks QEMU's guest agent protocol, puts this guest to sleep when the host asks, and tells the host
when it is awake again.

  -m, --method=METHOD       virtio-serial (default), isa-serial, unix-listen or vsock-listen
  -p, --path=PATH           device, socket or CID:PORT; default
                            /dev/virtio-ports/org.qemu.guest_agent.0, or /dev/ttyS0
      --power-method=METHOD the same for the port with events; default as --method
      --power-path=PATH     default /dev/virtio-ports/org.hypnos.power.0 with virtio-serial, else none

  -a, --allow-rpcs=LIST     answer only these commands; "help" prints all names
  -b, --block-rpcs=LIST     do not answer these
  -F, --fsfreeze-hook[=FILE]  run it before file systems are frozen and after they are thawed;
                            default /etc/qemu/fsfreeze-hook. No space in -FFILE
  -t, --statedir=DIR        where it is kept that file systems are frozen, and the number of the next
                            file handle; default /var/run

  -c, --config=FILE         qemu-ga's configuration; default $QGA_CONF, else /etc/qemu/qemu-ga.conf
  -D, --dump-conf           print what would be in such a file now
  -d, --daemonize           go into the background when the ports are open
  -f, --pidfile=FILE        with --daemonize; default /var/run/qemu-ga.pid
  -l, --logfile=FILE        append messages to it
  -v, --verbose             log more
  -r, --retry-path          for qemu-ga's sake: a device that is not there is always waited for
      --root=DIR            read and write /sys, /proc, /run, /etc and /dev below DIR (for tests)
  -V, --version             print the version
  -h, --help                print this

Sleep and what comes with it is configured in /etc/hypnos/agent.conf; see hypnos-agent(8).
)";

}  // namespace hypnos::agent
