// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/fstrim.hpp"

#include <glib.h>

#include <cerrno>

namespace hypnos::agent {
namespace {

std::string why_not(int error) {
    if (error == EOPNOTSUPP || error == ENOTTY) return "trim not supported";
    return std::string("cannot trim: ") + g_strerror(error);
}

Json trim_one(const Reached& reached, std::uint64_t minimum) {
    Json result = Json::object({{"path", reached.point}});
    if (!reached.mount) {
        const char* const hidden = "it is hidden below another mount";
        return result.set("error", std::string("cannot open: ") +
                                       (reached.error ? g_strerror(reached.error) : hidden));
    }
    OpenMount::Trim trim = {minimum, 0};
    if (const int error = reached.mount->trim(trim); error != 0)
        return result.set("error", why_not(error));
    return result.set("trimmed", trim.trimmed).set("minimum", trim.minimum);
}

}  // namespace

Json trim_all(const std::vector<FileSystem>& file_systems, const MountOpener& opener,
              std::uint64_t minimum) {
    Json paths = Json::array();
    for (const FileSystem& file_system : file_systems)
        if (!file_system.read_only()) paths.append(trim_one(reach(opener, file_system), minimum));
    return Json::object({{"paths", paths}});
}

}  // namespace hypnos::agent
