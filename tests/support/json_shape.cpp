// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "tests/support/json_shape.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>

namespace hypnos::test {
namespace {

constexpr int kDepthMax = 200;
constexpr std::string_view kShortEscapes = "\"\\/bfnrt";
constexpr std::array<std::string_view, 3> kWords = {"true", "false", "null"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::optional<JsonShape> whole() {
        JsonShape shape;
        skip_space();
        if (!value(&shape)) return std::nullopt;
        skip_space();
        return text_.empty() ? std::optional(shape) : std::nullopt;
    }

  private:
    [[nodiscard]] char first() const { return text_.empty() ? '\0' : text_.front(); }
    bool take(char c) {
        if (first() != c || text_.empty()) return false;
        text_.remove_prefix(1);
        return true;
    }
    void skip_space() {
        while (is_space(first())) text_.remove_prefix(1);
    }
    /// With white space around it.
    bool take_separator(char c) {
        skip_space();
        const bool taken = take(c);
        skip_space();
        return taken;
    }

    bool value(JsonShape* shape) {
        JsonShape ignored;
        JsonShape& here = shape != nullptr ? *shape : ignored;
        if (first() == '{') return here.kind = JsonKind::Object, object(shape);
        if (first() == '[') return here.kind = JsonKind::Array, array();
        if (first() == '"') return here.kind = JsonKind::String, string().has_value();
        if (first() == '-' || is_digit(first())) return here.kind = JsonKind::Number, number();
        return here.kind = JsonKind::Word, word();
    }

    bool object(JsonShape* shape) {
        if (++depth_ > kDepthMax) return false;
        take('{');
        skip_space();
        std::set<std::string> names;
        bool good = first() == '}' || member(names, shape);
        while (good && first() != '}') good = take_separator(',') && member(names, shape);
        --depth_;
        return good && take('}');
    }

    bool member(std::set<std::string>& names, JsonShape* shape) {
        const std::optional<std::string> name = string();
        if (!name || !names.insert(*name).second || !take_separator(':')) return false;
        JsonShape inner;
        const bool good = value(&inner);
        if (shape != nullptr) shape->members[*name] = inner.kind;
        skip_space();
        return good;
    }

    bool array() {
        if (++depth_ > kDepthMax) return false;
        take('[');
        skip_space();
        bool good = first() == ']' || element();
        while (good && first() != ']') good = take_separator(',') && element();
        --depth_;
        return good && take(']');
    }
    bool element() {
        const bool good = value(nullptr);
        skip_space();
        return good;
    }

    bool word() {
        for (const std::string_view word : kWords) {
            if (!text_.starts_with(word)) continue;
            text_.remove_prefix(word.size());
            return true;
        }
        return false;
    }

    bool digits() {
        if (!is_digit(first())) return false;
        while (is_digit(first())) text_.remove_prefix(1);
        return true;
    }
    bool number() {
        const std::string_view begin = text_;
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            if (!digits()) return false;
        }
        const std::string shown(begin.substr(0, begin.size() - text_.size()));
        return std::isfinite(std::strtod(shown.c_str(), nullptr));
    }

    /// As it is written, but for the quotes.
    std::optional<std::string> string() {
        if (!take('"')) return std::nullopt;
        std::string result;
        while (!text_.empty() && first() != '"') {
            if (static_cast<unsigned char>(first()) < ' ') return std::nullopt;
            const std::size_t length = first() == '\\' ? escape() : 1;
            if (length == 0) return std::nullopt;
            result += text_.substr(0, length);
            text_.remove_prefix(length);
        }
        return take('"') ? std::optional(result) : std::nullopt;
    }

    /// How long the escape is that comes next; 0: it is none.
    [[nodiscard]] std::size_t escape() const {
        constexpr std::size_t kShort = 2, kUnicode = 6;
        const char kind = text_.size() < kShort ? '\0' : text_[1];
        if (kind != 'u') return kShortEscapes.find(kind) != std::string_view::npos ? kShort : 0;
        const int unit = code_unit(0);
        if (unit < 0 || (unit & 0xFC00) == 0xDC00) return 0;
        if ((unit & 0xFC00) != 0xD800) return kUnicode;
        return (code_unit(kUnicode) & 0xFC00) == 0xDC00 ? 2 * kUnicode : 0;
    }
    /// Of the \uXXXX there; -1 if there is none.
    [[nodiscard]] int code_unit(std::size_t at) const {
        const std::string shown(text_.substr(std::min(at, text_.size()), 6));
        if (shown.size() < 6 || !shown.starts_with("\\u")) return -1;
        if (shown.find_first_not_of("0123456789abcdefABCDEF", 2) != std::string::npos) return -1;
        return static_cast<int>(std::strtol(shown.c_str() + 2, nullptr, 16));
    }

    std::string_view text_;
    int depth_ = 0;
};

}  // namespace

std::optional<JsonShape> shape_of_json(std::string_view text) { return Scanner(text).whole(); }

}  // namespace hypnos::test
