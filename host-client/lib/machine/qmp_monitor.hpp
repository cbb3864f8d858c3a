// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// QEMU itself, over its QMP socket.

#pragma once

#include <memory>

#include "hypnos/session.hpp"
#include "machine/monitor.hpp"

namespace hypnos {

[[nodiscard]] std::unique_ptr<Monitor> qmp_monitor(GMainContext* context, Session qmp);

}  // namespace hypnos
