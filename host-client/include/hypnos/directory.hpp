// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Which guests are meant by the words of a person. Guests are known by their file in
// /etc/hypnos/guests.d, by the domains of libvirt's connections, or are given in full.
//
//   WORD          means
//   qmp=PATH,...  that guest (hypnos/guest_spec.hpp)
//   web-1         the guest of that name
//   web-*, *      all guests whose names fit (fnmatch(3), so ? and [...] too)
//   rack3/web-*   the same at one of several hosts: the name of a connection (see below)
//
// guests.d/NAME.conf is a key file with one group [Guest] and the keys Qmp=, Agent=, Power= (paths),
// or Connect= and Domain=; and After=NAME;NAME for the order in which guests go to sleep.

#pragma once

#include <string>
#include <vector>

#include "hypnos/export.h"
#include "hypnos/guest_spec.hpp"
#include "hypnos/protocol/error.hpp"

namespace hypnos {

struct Selection {
    std::vector<std::string> words;
    bool all = false;                  ///< every guest that is known
    std::vector<std::string> connect;  ///< URIs of libvirt; then only their domains are known
    std::string guests_d = "/etc/hypnos/guests.d";
};

/// Guests, each once (by sockets or domain), in the order of the words, those of one word by name.
/// Usage when a word fits no guest (with names that are near) or a file cannot be used; Unreachable
/// when a connection cannot be made. Blocks for as long as libvirt takes.
///
/// With one connection guests have the names of their domains; with several, "HOST/DOMAIN", HOST
/// being the URI's host name, or "localhost", with "#2", "#3", ... if that is not unique. A word
/// without a host means a guest at any of them; a name that several have is Usage.
[[nodiscard]] HYPNOS_API Result<std::vector<GuestSpec>> select_guests(const Selection& selection);

}  // namespace hypnos
