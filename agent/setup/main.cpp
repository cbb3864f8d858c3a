// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <glib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "agent/setup/setup.hpp"

namespace {

using namespace hypnos::setup;
using Verb = CommandLine::Verb;

enum Status { Done = 0, Failed = 1, Usage = 2, Refused = 4 };

bool blocks(const hypnos::Finding& finding) { return finding.severity == hypnos::Severity::Block; }

/// `plan` and `apply` refuse; what `verify` and a finished `apply` find is a failure.
Status status_of(const Report& report) {
    if (std::none_of(report.findings.begin(), report.findings.end(), blocks)) return Done;
    const bool began = report.verb == Verb::Verify || !report.changes.empty();
    return began ? Failed : Refused;
}

}  // namespace

int main(int argc, char** argv) {
    umask(022);  // modes of configuration files are given, and kept
    const hypnos::Result<CommandLine> line = parse_command_line(argc, argv);
    if (!line) {
        g_printerr("hypnos-setup: %s\n", line.error().message.c_str());
        return Usage;
    }
    const hypnos::Result<Report> report = Setup(*line).run();
    if (!report) {
        g_printerr("hypnos-setup: %s\n", report.error().message.c_str());
        return Failed;
    }
    g_print("%s", line->json ? (to_json(*report).dump() + "\n").c_str() : to_text(*report).c_str());
    return status_of(*report);
}
