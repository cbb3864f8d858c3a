// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#pragma once

#include <glib.h>

#include <string>

namespace hypnos::sleep {

/// A random UUID (version 4).
inline std::string new_uuid() {
    gchar* uuid = g_uuid_string_random();
    std::string text = uuid;
    g_free(uuid);
    return text;
}

}  // namespace hypnos::sleep
