// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "timeline/story.hpp"

namespace hypnos {

Result<Timeline> make_timeline(const Json& suspend, const Json& wake) {
    const Result<chart::Evidence> evidence = chart::read_evidence(suspend, wake);
    if (!evidence) return fail(evidence.error());
    return chart::Story(*evidence).tell();
}

}  // namespace hypnos
