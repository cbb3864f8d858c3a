// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "told.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "hypnos/report.hpp"

namespace hypnos::cli {
namespace {

constexpr const char* kClearLine = "\r\x1b[K";

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string seconds(std::chrono::milliseconds took) {
    const auto tenths = (took.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

bool shows_progress() { return isatty(STDERR_FILENO) == 1; }

}  // namespace

Told failed(const std::string& guest, const std::string& verb, const Error& error) {
    return {exit_of(error), error.code == ErrorCode::Refused ? "refused" : "error", error.message,
            error_json(guest, verb, error)};
}

void Teller::told(std::size_t index, const Told& told, std::chrono::milliseconds took) {
    rows_.push_back({index, told, took});
    clear_progress();
    if (json_) return print_line(told.json.dump());
    if (names_.size() == 1) say(rows_.back());
}

void Teller::say(const Row& row) const {
    const std::string line = row.told.word + ": " + row.told.text;
    row.told.exit == Exit::Done ? print_line(printable(line)) : complain(line);
}

void Teller::show_progress(const FleetPlan& plan) const {
    if (!shows_progress() || names_.size() == 1) return;
    std::map<Progress, std::size_t> count;
    std::string running;
    for (std::size_t i = 0; i < names_.size(); ++i) {
        ++count[plan.progress(i)];
        if (plan.progress(i) == Progress::Running && running.size() < 40)
            running += " " + printable(names_[i]);
    }
    std::fprintf(stderr, "%s%zu of %zu done, %zu failed, running:%s", kClearLine,
                 count[Progress::Done], names_.size(), count[Progress::Failed], running.c_str());
}

void Teller::clear_progress() const {
    if (shows_progress() && names_.size() > 1) std::fputs(kClearLine, stderr);
}

void Teller::print_table() const {
    std::size_t name = 5, word = 7;
    for (const Row& row : rows_) {
        name = std::max(name, printable(names_[row.index]).size());
        word = std::max(word, row.told.word.size());
    }
    print_line(padded("GUEST", name) + "  " + padded("OUTCOME", word) + "  " + padded("TIME", 7) +
               "  WHY");
    for (const Row& row : rows_)
        print_line(padded(printable(names_[row.index]), name) + "  " + padded(row.told.word, word) +
                   "  " + padded(seconds(row.took), 7) + "  " + printable(row.told.text));
}

Exit Teller::finish() {
    clear_progress();
    std::stable_sort(rows_.begin(), rows_.end(),
                     [](const Row& a, const Row& b) { return a.index < b.index; });
    if (!json_ && names_.size() > 1) print_table();
    Exit exit = Exit::Done;
    for (const Row& row : rows_) {
        if (row.told.exit == Exit::Done) continue;
        if (exit != Exit::Done && exit != row.told.exit) return Exit::Failed;
        exit = row.told.exit;
    }
    return exit;
}

}  // namespace hypnos::cli
