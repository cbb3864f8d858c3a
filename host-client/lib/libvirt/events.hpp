// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// libvirt's event thread: one for the life of the process. Events, streams and the ends of
// connections come on it. A program that registered an event loop with libvirt before us keeps it,
// and then "the event thread" is the one that runs that.

#pragma once

#include <functional>

namespace hypnos::libvirt {

/// Before the first connection; later calls do nothing. libvirt's errors no longer go to standard
/// error: they are returned.
void start_events();

/// Calls once, from the event thread. Any thread.
void on_event_thread(std::function<void()> function);

/// The same, after every event has been delivered that libvirt knew of before this call.
void after_events(std::function<void()> function);

}  // namespace hypnos::libvirt
