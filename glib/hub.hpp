// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The same as watch(), after() and soon() of glib/source.hpp for those who have thousands: GLib looks
// at every GSource and polls every descriptor in each iteration. Here one GSource of the context, with
// an epoll and a list of times, serves all of them, and an iteration costs what is ready.
//
// Unlike a GSource, made and destroyed only by the thread that iterates the context. A Source must go
// before its descriptor is closed.

#pragma once

#include <chrono>

#include "glib/source.hpp"

namespace hypnos::glib::hub {

Source watch(GMainContext* context, int fd, GIOCondition condition, Callback callback);
Source after(GMainContext* context, std::chrono::milliseconds delay, Callback callback);
Source soon(GMainContext* context, Callback callback);

}  // namespace hypnos::glib::hub
