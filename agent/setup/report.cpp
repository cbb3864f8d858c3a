// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/report.hpp"

#include <array>

#include "agent/setup/core/sizing.hpp"
#include "agent/setup/core/texts.hpp"

namespace hypnos::setup {
namespace {

using Verb = CommandLine::Verb;

/// By the order of Change's kinds.
struct Words {
    const char* will;
    const char* did;
};
constexpr std::array kWords = {Words{"would make", "made"},
                               Words{"would remove", "removed"},
                               Words{"would switch on", "switched on"},
                               Words{"would write", "wrote"},
                               Words{"would make anew", "made anew"},
                               Words{"would sync", "synced"},
                               Words{"would tell the kernel", "told the kernel"}};

std::string verb_of(const Change& change, bool done) {
    const auto* const write = std::get_if<WriteFile>(&change.what);
    if (write != nullptr && !write->text) return done ? "removed" : "would remove";
    const Words& words = kWords.at(change.what.index());
    return done ? words.did : words.will;
}

std::string line(const std::string& head, const std::string& text, const std::string& why) {
    std::string padded = head;
    padded.resize(std::max<std::size_t>(head.size(), 21), ' ');
    return padded + " " + text + (why.empty() ? "" : "\n" + std::string(24, ' ') + why) + "\n";
}

std::string swap_lines(const SwapRecord& swap, const std::string& why) {
    const bool always = swap.activation == "always";
    return line("swap",
                swap.path + ", " + in_words(swap.bytes) +
                    (always ? ", on from each boot on" : ", on for disk sleeps only"),
                why) +
           line("kernel arguments", kernel_arguments(swap), "");
}

std::string finding_line(const Finding& finding) {
    const bool blocks = finding.severity == Severity::Block;
    return line((blocks ? "" : "warning ") + finding.code, finding.subject, finding.hint);
}

/// Where nothing else is said.
const char* nothing_said(const Report& report) {
    constexpr std::array kTexts = {"nothing to change\n", "nothing to change\n",
                                   "this machine can hibernate\n", "nothing to undo\n"};
    if (report.verb == Verb::Verify && report.at_boot) return "the image is as apply left it\n";
    return kTexts.at(static_cast<std::size_t>(report.verb));
}

Json swap_json(const SwapRecord& swap, const std::string& why) {
    return Json::object({{"path", swap.path},
                         {"bytes", swap.bytes},
                         {"activation", swap.activation},
                         {"made", swap.made},
                         {"arguments", kernel_arguments(swap)},
                         {"why", why}});
}

Json change_json(const Change& change) {
    return Json::object(
        {{"change", name_of(change)}, {"subject", subject_of(change)}, {"why", change.why}});
}

}  // namespace

std::string to_text(const Report& report) {
    std::string text;
    const bool done = report.verb == Verb::Apply || report.verb == Verb::Undo;
    if (report.swap) text += swap_lines(*report.swap, report.swap_why);
    for (const Change& change : report.changes)
        text += line(verb_of(change, done), subject_of(change), change.why);
    for (const Finding& finding : report.findings) text += finding_line(finding);
    if (report.changes.empty() && report.findings.empty()) text += nothing_said(report);
    if (report.at_boot) text += "the rest is done at the first boot, by hypnos-setup.service\n";
    return text;
}

Json to_json(const Report& report) {
    Json changes = Json::array(), findings = Json::array();
    for (const Change& change : report.changes) changes.append(change_json(change));
    for (const Finding& finding : report.findings) findings.append(to_json(finding));
    Json json = Json::object({{"command", name_of(report.verb)},
                              {"changes", changes},
                              {"findings", findings},
                              {"at-boot", report.at_boot}});
    if (report.swap) json.set("swap", swap_json(*report.swap, report.swap_why));
    return json;
}

}  // namespace hypnos::setup
