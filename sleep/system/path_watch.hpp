// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Tells when it is worth trying to open a path again: it has appeared, its permissions changed, or
// another process has closed it. inotify(7), so waiting costs nothing.

#pragma once

#include <string>

#include "glib/source.hpp"

namespace hypnos::sleep {

class PathWatch {
  public:
    /// Calls back at each change of the path, or of the nearest directory above it that exists.
    /// Arm again after each call, because that directory may be another one then.
    void arm(const std::string& path, glib::Callback changed);
    void disarm();

  private:
    void watch_above(const std::string& path);

    UniqueFd inotify_;
    glib::Source source_;
};

}  // namespace hypnos::sleep
