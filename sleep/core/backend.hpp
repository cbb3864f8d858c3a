// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Who puts the machine to sleep. Only ever one of them for a request.

#pragma once

namespace hypnos::sleep {

enum class Backend {
    Sysfs,   ///< we write /sys/power
    Logind,  ///< org.freedesktop.login1 Suspend, Hibernate, HybridSleep
};

}  // namespace hypnos::sleep
