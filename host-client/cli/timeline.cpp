// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/timeline.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "hypnos/protocol/reader.hpp"
#include "options.hpp"
#include "selecting.hpp"
#include "state.hpp"
#include "verbs.hpp"

namespace hypnos::cli {
namespace {

constexpr Synopsis kSynopsis{
    "timeline", "[GUEST]", "Shows where the time of a guest's last sleep went, in guest and host.",
    "Of the sleep that hypnosctl suspend and wake saw last; or, with --report, of what they "
    "printed\n"
    "with --json: FILE holds both lines, - is standard input. The chart is SVG, for light and "
    "dark\n"
    "ground."};

constexpr std::size_t kColumns = 100;

std::size_t columns() {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? std::clamp<std::size_t>(size.ws_col, 60, 200) : kColumns;
}

Result<std::string> read_file(const std::string& path) {
    char* text = nullptr;
    gsize length = 0;
    GError* error = nullptr;
    const char* file = path == "-" ? "/dev/stdin" : path.c_str();
    if (g_file_get_contents(file, &text, &length, &error) == TRUE) {
        std::string result(text, length);
        g_free(text);
        return result;
    }
    const std::string why = error->message;
    g_error_free(error);
    return fail(ErrorCode::Usage, why);
}

/// The last report of each verb.
Result<Json> read_reports(const std::string& path) {
    const Result<std::string> text = read_file(path);
    if (!text) return fail(text.error());
    Json reports = Json::object();
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        const Result<Json> report = read_json(text->substr(begin, end - begin));
        if (report) reports.set((*report)["verb"].string().value_or("?"), *report);
        begin = end + 1;
    }
    return reports;
}

Result<Json> remembered_reports(const Selecting& selecting, const Words& words) {
    const auto guests = selecting.select(words);
    if (!guests) return fail(guests.error());
    if (guests->size() != 1)
        return fail(ErrorCode::Usage,
                    "a timeline is of one guest: " + (words.empty() ? "--all" : words.front()) +
                        " fits " + std::to_string(guests->size()));
    Json reports = remembered(guests->front());
    if (reports["suspend"].is_object()) return reports;
    return fail("no sleep of " + guests->front().name +
                " is remembered: put it to sleep with hypnosctl suspend, or give --report");
}

Exit write_chart(const std::string& path, const std::string& svg) {
    GError* error = nullptr;
    if (g_file_set_contents(path.c_str(), svg.data(), static_cast<gssize>(svg.size()), &error) ==
        TRUE)
        return Exit::Done;
    const std::string why = error->message;
    g_error_free(error);
    return complain(Error{ErrorCode::Generic, why});
}

}  // namespace

Exit timeline(const Words& words) {
    Selecting selecting;
    Text report, output;
    gboolean json = FALSE;
    const Entries own{
        {"report", 0, 0, G_OPTION_ARG_FILENAME, report.slot(), "Read reports from here", "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, output.slot(), "Write a chart, as SVG",
         "FILE.svg"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object", nullptr}};
    const auto rest = parse_options(kSynopsis, words, selecting.entries() + own, 0, 1);
    if (!rest) return complain(rest.error());
    const std::string path = report.or_else("");
    const auto reports = path.empty() ? remembered_reports(selecting, *rest) : read_reports(path);
    if (!reports) return complain(reports.error());
    const auto timeline = make_timeline((*reports)["suspend"], (*reports)["wake"]);
    if (!timeline) return complain(timeline.error());
    if (const std::string file = output.or_else(""); !file.empty())
        return write_chart(file, timeline_svg(*timeline));
    print_line(json == TRUE ? timeline_json(*timeline).dump()
                            : timeline_table(*timeline, columns(), isatty(STDOUT_FILENO) == 1));
    return Exit::Done;
}

}  // namespace hypnos::cli
