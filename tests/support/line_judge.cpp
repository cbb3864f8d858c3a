// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "tests/support/line_judge.hpp"

#include <algorithm>
#include <set>

#include "tests/support/json_shape.hpp"

namespace hypnos::test {
namespace {

constexpr char kSentinel = '\xFF';

/// Where libvirt gives up on a line.
constexpr std::size_t kLineMax = std::size_t{10} << 20;

tl::unexpected<Error> bad(const char* why, std::string_view line) {
    return fail(std::string(why) + ": " + std::string(line.substr(0, 200)));
}

using Names = std::set<std::string>;

Names names_of(const JsonShape& shape) {
    Names names;
    for (const auto& [name, kind] : shape.members) names.insert(name);
    return names;
}

Result<void> judge_event(const JsonShape& shape, std::string_view line) {
    if (shape.members.at("event") != JsonKind::String) return bad("an event without a name", line);
    if (names_of(shape) != Names{"event", "data", "timestamp"})
        return bad("an event of another shape", line);
    return {};
}

Result<void> judge_reply(const JsonShape& shape, std::string_view line) {
    Names names = names_of(shape);
    const auto results = names.erase("return") + names.erase("error");
    names.erase("id");
    if (results != 1) return bad("neither reply nor event", line);
    if (!names.empty()) return bad("a reply with more to it", line);
    return {};
}

}  // namespace

Result<void> judge_line(std::string_view line) {
    if (line.empty()) return bad("an empty line", line);
    if (std::any_of(line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }))
        return bad("bytes other than printable ASCII", line);
    const std::optional<JsonShape> shape = shape_of_json(line);
    if (!shape) return bad("no JSON", line);
    if (shape->kind != JsonKind::Object) return bad("no object", line);
    return shape->members.contains("event") ? judge_event(*shape, line) : judge_reply(*shape, line);
}

Result<void> LineJudge::feed(std::string_view bytes) {
    rest_ += bytes;
    std::string_view left = rest_;
    Result<void> result;
    for (auto end = left.find('\n'); result && end != std::string_view::npos;
         end = left.find('\n')) {
        result = judge(left.substr(0, end));
        left.remove_prefix(end + 1);
    }
    rest_.erase(0, rest_.size() - left.size());
    if (result && rest_.size() > kLineMax) return bad("a line without end", rest_);
    return result;
}

Result<void> LineJudge::finish() const {
    if (!rest_.empty()) return bad("half a line at the end", rest_);
    return {};
}

Result<void> LineJudge::judge(std::string_view line) {
    ++lines_;
    if (delimited_ > 0 && line.starts_with(kSentinel)) {
        --delimited_;
        line.remove_prefix(1);
    }
    return judge_line(line);
}

}  // namespace hypnos::test
