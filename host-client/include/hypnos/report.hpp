// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Reports as JSON: what hypnosctl --json prints and the C interface returns. Members are only ever
// added (docs/report.md, docs/report.schema.json). Pure.

#pragma once

#include <string>

#include "hypnos/export.h"
#include "hypnos/guest.hpp"

namespace hypnos {

/// {"guest", "verb": "suspend", "outcome", "text", "mode", "transaction", "boot-id"?, "record"?,
///  "balloon-bytes"?, "timeline": [{"name", "at-us"}...],
///  "anchors": [{"host-us", "guest-us", "error-us"}...]}
[[nodiscard]] HYPNOS_API Json to_json(const std::string& guest, SleepMode mode,
                                      const SuspendReport& report);

/// {"guest", "verb": "wake", "was-asleep", "started", "image-lost", "text", "boot-id"?, "outcome"?,
///  "slept-ms"?, "record"?, "timeline", "anchors",
///  "restored": {"balloon-bytes"?, "clock-offset-ms"?, "clock-set", "problems": [TEXT...]}}
[[nodiscard]] HYPNOS_API Json to_json(const std::string& guest, const WakeReport& report);

/// {"guest", "verb": "status", "agent": hypnos-status or {"error"}, "qemu": {"run-state"} or
///  {"error"}}
[[nodiscard]] HYPNOS_API Json to_json(const std::string& guest, const GuestStatus& status);

/// {"guest", "verb": "preflight", "mode", "works", "findings"}
[[nodiscard]] HYPNOS_API Json to_json(const std::string& guest, SleepMode mode,
                                      const PreflightReport& report);

/// {"guest", "verb", "error": {"class", "text"}}: the operation ended without a report.
/// `class` is one of "usage", "unreachable", "refused", "timed-out", "failed".
[[nodiscard]] HYPNOS_API Json error_json(const std::string& guest, const std::string& verb,
                                         const Error& error);

}  // namespace hypnos
