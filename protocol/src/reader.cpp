// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/reader.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hypnos/protocol/limits.hpp"

namespace hypnos {
namespace {

tl::unexpected<Error> parse_error(const std::string& what) {
    return fail("JSON parse error, " + what);
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
/// In a string, stands for itself and does not end it.
bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\'' && c != '\\';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void append_utf8(std::string& out, std::uint32_t code) {
    char bytes[6];
    out.append(bytes, static_cast<std::size_t>(g_unichar_to_utf8(code, bytes)));
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    Result<Json> document() {
        Result<Json> value = this->value();
        if (!value) return value;
        skip_space();
        if (!at_end()) return stray();
        return value;
    }

  private:
    [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
    void skip_space() {
        while (!at_end() && is_space(text_[position_])) ++position_;
    }
    bool take(char wanted) {
        skip_space();
        if (at_end() || peek() != wanted) return false;
        ++position_;
        return true;
    }
    [[nodiscard]] tl::unexpected<Error> stray() const {
        const bool ascii = static_cast<unsigned char>(peek()) < 0x80;
        return parse_error("stray '" + (ascii ? std::string(1, peek()) : "\xEF\xBF\xBD") + "'");
    }

    Result<Json> value() {
        if (++values_ > limits::kValues) return fail("JSON token count limit exceeded");
        skip_space();
        if (at_end()) return parse_error("premature EOI");
        const char c = peek();
        if (c == '{') return nested(&Reader::object);
        if (c == '[') return nested(&Reader::array);
        if (c == '"' || c == '\'')
            return string().map([](std::string&& s) { return Json(std::move(s)); });
        if (c == '-' || is_digit(c)) return number();
        if (is_letter(c)) return keyword();
        return parse_error("expecting value");
    }

    Result<Json> nested(Result<Json> (Reader::*container)()) {
        if (++depth_ > limits::kDepth) return fail("JSON nesting depth limit exceeded");
        ++position_;
        Result<Json> result = (this->*container)();
        --depth_;
        return result;
    }

    Result<Json> object() {
        Json result = Json::object();
        if (take('}')) return result;
        do {
            if (Result<void> added = member(result); !added) return fail(added.error());
        } while (take(','));
        if (!take('}')) return parse_error("expected separator in dict");
        return result;
    }

    Result<void> member(Json& object) {
        const Result<std::string> name = key();
        if (!name) return fail(name.error());
        if (!take(':')) return parse_error("missing : in object pair");
        Result<Json> value = this->value();
        if (!value) return fail(value.error());
        if (object.has(*name)) return parse_error("duplicate key");
        object.set(*name, *std::move(value));
        return {};
    }

    Result<std::string> key() {
        skip_space();
        const bool quoted = peek() == '"' || peek() == '\'';
        if (quoted && ++values_ <= limits::kValues) return string();
        const Result<Json> other = this->value();
        if (!other) return fail(other.error());
        return parse_error("key is not a string in object");
    }

    Result<Json> array() {
        Json result = Json::array();
        if (take(']')) return result;
        do {
            Result<Json> value = this->value();
            if (!value) return value;
            result.append(*std::move(value));
        } while (take(','));
        if (!take(']')) return parse_error("expected separator in list");
        return result;
    }

    Result<Json> keyword() {
        const std::size_t start = position_;
        while (is_letter(peek()) || is_digit(peek())) ++position_;
        const std::string_view word = text_.substr(start, position_ - start);
        if (word == "true") return Json(true);
        if (word == "false") return Json(false);
        if (word == "null") return Json();
        return parse_error("invalid keyword " + in_quotes(word));
    }

    bool take_digits() {
        const std::size_t start = position_;
        while (is_digit(peek())) ++position_;
        return position_ > start;
    }

    /// Steps over one number of RFC 8259; false if the text is none. `integral` says which kind.
    bool take_number(bool& integral) {
        if (peek() == '-') ++position_;
        if (peek() == '0')
            ++position_;
        else if (!take_digits())
            return false;
        if (is_digit(peek())) return false;
        if (peek() == '.') {
            integral = false;
            ++position_;
            if (!take_digits()) return false;
        }
        if (peek() != 'e' && peek() != 'E') return true;
        integral = false;
        ++position_;
        if (peek() == '+' || peek() == '-') ++position_;
        return take_digits();
    }

    Result<Json> number() {
        const std::size_t start = position_;
        bool integral = true;
        const bool valid = take_number(integral);
        const std::string token(text_.substr(start, position_ - start));
        if (!valid || is_letter(peek()))
            return parse_error("stray " + in_quotes(text_.substr(start, position_ + 1 - start)));
        std::int64_t exact = 0;
        const char* end = token.data() + token.size();
        if (integral && std::from_chars(token.data(), end, exact).ec == std::errc{}) return exact;
        const double real = g_ascii_strtod(token.c_str(), nullptr);
        if (!std::isfinite(real)) return parse_error("number out of range " + in_quotes(token));
        return real;
    }

    Result<std::string> string() {
        const char quote = text_[position_++];
        std::string out;
        // Growing would double the memory of a long one.
        out.reserve(std::min(text_.find(quote, position_), text_.size()) - position_);
        for (take_plain(out); !at_end() && peek() != quote; take_plain(out)) {
            if (Result<void> taken = character(out); !taken) return fail(taken.error());
        }
        if (at_end()) return parse_error("premature EOI");
        ++position_;
        if (g_utf8_validate_len(out.data(), out.size(), nullptr) == FALSE)
            return parse_error("invalid UTF-8 sequence in string");
        return out;
    }

    void take_plain(std::string& out) {
        const std::size_t start = position_;
        while (!at_end() && is_plain(text_[position_])) ++position_;
        out += text_.substr(start, position_ - start);
    }

    Result<void> character(std::string& out) {
        const char c = text_[position_++];
        if (c == '\\') return escape(out);
        if (static_cast<unsigned char>(c) < 0x20) return parse_error("stray '\"" + out + "'");
        out += c;
        return {};
    }

    Result<void> escape(std::string& out) {
        static constexpr std::string_view kNames = "\"'\\/bfnrt";
        static constexpr std::string_view kValues = "\"'\\/\b\f\n\r\t";
        const char name = peek();
        if (name == 'u') return unicode_escape(out);
        const std::size_t index = at_end() ? std::string_view::npos : kNames.find(name);
        if (index == std::string_view::npos) return bad_escape();
        ++position_;
        out += kValues[index];
        return {};
    }

    /// At the 'u' of \uXXXX. NUL and lone surrogates have no UTF-8 form that GLib would carry.
    Result<void> unicode_escape(std::string& out) {
        std::uint32_t code = 0;
        if (!take_unit(code) || code == 0 || is_low_surrogate(code)) return bad_escape();
        if (!is_high_surrogate(code)) return append_utf8(out, code), Result<void>{};
        std::uint32_t low = 0;
        if (peek() != '\\') return bad_escape();
        ++position_;
        if (!take_unit(low) || !is_low_surrogate(low)) return bad_escape();
        append_utf8(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
        return {};
    }

    bool take_unit(std::uint32_t& unit) {
        if (peek() != 'u' || text_.size() - position_ < 5) return false;
        const char* first = text_.data() + position_ + 1;
        const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
        position_ += 5;
        return error == std::errc{} && end == first + 4;
    }

    static tl::unexpected<Error> bad_escape() {
        return parse_error("invalid escape sequence in string");
    }

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t depth_ = 0;
    std::size_t values_ = 0;
};

}  // namespace

Result<Json> read_json(std::string_view text) { return Reader(text).document(); }

}  // namespace hypnos
