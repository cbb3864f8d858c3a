// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Where logind is on the bus: org.freedesktop.login1(5).

#pragma once

namespace hypnos::sleep::logind {

inline constexpr const char* kName = "org.freedesktop.login1";
inline constexpr const char* kPath = "/org/freedesktop/login1";
inline constexpr const char* kInterface = "org.freedesktop.login1.Manager";

}  // namespace hypnos::sleep::logind
