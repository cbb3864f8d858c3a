// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// tests/golden/timeline: NAME.json {"suspend", "wake"} becomes NAME.txt and NAME.svg, byte by byte.
// With HYPNOS_RENEW_GOLDEN=1 the test writes these files instead: look at them before committing.

#include <glib.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "hypnos/protocol/reader.hpp"
#include "hypnos/timeline.hpp"
#include "tests/support/result.hpp"

namespace hypnos {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kColumns = 100;

fs::path golden(const std::string& name) { return fs::path(HYPNOS_GOLDEN) / "timeline" / name; }

std::string content(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> inputs() {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(golden("")))
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

Json input(const std::string& name) {
    const Result<Json> json = read_json(content(golden(name + ".json")));
    EXPECT_TRUE(json) << test::error_of(json);
    return json.value_or(Json());
}

void expect_content(const std::string& name, const std::string& text) {
    if (std::getenv("HYPNOS_RENEW_GOLDEN") != nullptr) {
        std::ofstream(golden(name)) << text;
        return;
    }
    EXPECT_EQ(content(golden(name)), text) << name;
}

/// Nothing that a terminal or a browser obeys.
bool is_plain(const std::string& text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); });
}

/// Names of the elements, or why it is no XML.
std::vector<std::string> elements_of(const std::string& xml) {
    std::vector<std::string> names;
    GMarkupParser parser{};
    parser.start_element = [](GMarkupParseContext*, const gchar* name, const gchar**, const gchar**,
                              gpointer data, GError**) {
        static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    };
    GMarkupParseContext* context =
        g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, &names, nullptr);
    GError* error = nullptr;
    if (g_markup_parse_context_parse(context, xml.c_str(), static_cast<gssize>(xml.size()),
                                     &error) == FALSE ||
        g_markup_parse_context_end_parse(context, &error) == FALSE)
        names = {error->message};
    g_clear_error(&error);
    g_markup_parse_context_free(context);
    return names;
}

void expect_harmless(const Timeline& timeline) {
    static const std::vector<std::string> kElements = {"line", "path", "rect",  "style",
                                                       "svg",  "text", "title", "tspan"};
    EXPECT_LE(timeline.spans.size(), 64U);
    EXPECT_PRED1(is_plain, timeline_table(timeline, kColumns, false));
    const std::string svg = timeline_svg(timeline);
    EXPECT_PRED1(is_plain, svg);
    EXPECT_LT(svg.size(), 64U * 1024);
    for (const std::string& name : elements_of(svg))
        EXPECT_TRUE(std::binary_search(kElements.begin(), kElements.end(), name)) << name;
}

class TimelineGolden : public testing::TestWithParam<std::string> {};

TEST_P(TimelineGolden, TableAndChart) {
    const Json reports = input(GetParam());
    const Result<Timeline> timeline = make_timeline(reports["suspend"], reports["wake"]);
    ASSERT_TRUE(timeline) << timeline.error().message;
    expect_content(GetParam() + ".txt", timeline_table(*timeline, kColumns, false));
    expect_content(GetParam() + ".svg", timeline_svg(*timeline));
    expect_harmless(*timeline);
}

INSTANTIATE_TEST_SUITE_P(All, TimelineGolden, testing::ValuesIn(inputs()),
                         [](const auto& parameter) {
                             std::string name = parameter.param;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

/// Replaces some values of a document by others that make no sense.
class Spoiler {
  public:
    explicit Spoiler(std::uint32_t seed) : random_(seed) {}

    Json spoil(const Json& value) {
        if (one_in(60)) return junk();
        if (value.is_object()) {
            Json result = Json::object();
            for (const std::string& name : value.names()) result.set(name, spoil(value[name]));
            return result;
        }
        if (!value.is_array()) return value;
        Json result = Json::array();
        for (const Json& element : value.elements()) result.append(spoil(element));
        return result;
    }

  private:
    bool one_in(std::uint32_t n) { return random_() % n == 0; }

    Json junk() {
        static const std::vector<Json> kJunk = {Json(),
                                                Json(true),
                                                Json(1.5),
                                                Json(INT64_MAX),
                                                Json(INT64_MIN),
                                                Json(-1),
                                                Json(0),
                                                Json((std::int64_t{1} << 50) - 1),
                                                Json("</text><script>&\x1b[2J\x7f\xff"),
                                                Json(std::string(5000, '<')),
                                                Json("SUSPEND"),
                                                Json("entering"),
                                                Json("disk"),
                                                Json::array(),
                                                Json::object()};
        return kJunk[random_() % kJunk.size()];
    }

    std::mt19937 random_;
};

TEST(TimelineHostile, SpoiltReportsDoNoHarm) {
    for (const std::string& name : inputs()) {
        const Json reports = input(name);
        for (std::uint32_t seed = 0; seed < 100; ++seed) {
            const Json spoilt = Spoiler(seed).spoil(reports);
            const auto timeline = make_timeline(spoilt["suspend"], spoilt["wake"]);
            if (timeline) expect_harmless(*timeline);
            if (HasFailure()) FAIL() << name << ", seed " << seed << ": " << spoilt.dump();
        }
    }
}

}  // namespace
}  // namespace hypnos
