// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A guest and its QEMU, played by a fuzzer's bytes, and one operation of the library with it.
//
//   byte 0   the operation, see Verb
//   byte 1   bits 0-1 mode; 2 QMP, 3 agent port, 4 power port are there; 5 a watch beside it;
//            6 it has next to no time
//   then     steps: a byte, bits 0-3 what (see Step), bits 4-5 who (QMP, agent, power); and what the
//            step needs

#pragma once

#include <string>
#include <string_view>

namespace hypnos::fuzz {

enum class Verb {
    Suspend,
    Wake,
    WaitResumed,
    Status,
    Preflight,
    Rehearse,
    Balloon,
    Last = Balloon
};

enum class Step {
    Raw,     ///< text: said as it is
    Return,  ///< text: the value returned to the oldest question
    Fail,    ///< byte: the outcome; text: the description
    Event,   ///< byte: which; byte: how old; text: its data
    Record,  ///< byte: the outcome; text: more members
    HangUp,  ///< the connection ends
    Honest,  ///< all questions are answered as they should be
    State,   ///< byte: what QEMU says of the machine from now on
    Reboot,  ///< another boot id from now on
    Wait,    ///< two milliseconds, once, if there is next to no time
    Cancel,  ///< the library's user calls it off
    Repeat,  ///< byte, text: said that often
    Last = Repeat
};

/// Plays it to the end of the bytes; aborts if the library says what cannot be. How the operation
/// ended: an outcome's name, "done" or "error"; empty if it did not.
std::string play(std::string_view bytes);

/// Draws the timeline of reports whose members, and whose records' members, come from four texts;
/// a byte says whether there is a wake.
void draw(std::string_view bytes);

}  // namespace hypnos::fuzz
