// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/framer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "hypnos/protocol/limits.hpp"

namespace hypnos {
namespace {

constexpr char kReset = '\xFF';
constexpr std::size_t kKeptCapacity = 16384;  // a rare large text gives its memory back

constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }
constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_quote(char c) { return c == '"' || c == '\''; }
constexpr bool is_opening(char c) { return c == '{' || c == '['; }
constexpr bool is_closing(char c) { return c == '}' || c == ']'; }
constexpr bool is_structural(char c) {
    return is_opening(c) || is_closing(c) || c == ',' || c == ':';
}
constexpr bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' ||
           c == 'E';
}

using Bytes = std::array<bool, 256>;

template <typename Is>
constexpr Bytes bytes_that(Is is) {
    Bytes result{};
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = is(static_cast<char>(i));
    return result;
}

/// What changes nothing where it stands: outside of strings, inside.
constexpr Bytes kFillsText =
    bytes_that([](char c) { return is_word(c) || is_space(c) || c == ',' || c == ':'; });
constexpr Bytes kFillsString =
    bytes_that([](char c) { return !is_control(c) && !is_quote(c) && c != '\\' && c != kReset; });

/// Doubles as std::string does, but not beyond what will ever be needed.
void grow(std::string& text, std::size_t more, std::size_t limit) {
    const std::size_t needed = text.size() + more;
    if (needed > text.capacity()) text.reserve(std::max(needed, std::min(2 * needed, limit)));
}

/// Outside of strings, in a text.
bool may_stand(char c) { return is_word(c) || is_space(c) || is_structural(c) || is_quote(c); }

}  // namespace

void Framer::push(std::string_view bytes) {
    input_.erase(0, position_);
    position_ = 0;
    input_ += bytes;
}

std::optional<Result<std::string>> Framer::next() {
    while (position_ < input_.size()) {
        if (state_ == State::Nested) take_ordinary();
        if (position_ == input_.size()) break;
        again_ = false;
        Step result = step(input_[position_]);
        if (!again_) ++position_;
        if (result) return result;
    }
    return std::nullopt;
}

bool Framer::has_more() {
    const bool between = state_ == State::Between;
    while (between && position_ < input_.size() && is_space(input_[position_])) ++position_;
    return position_ < input_.size();
}

void Framer::reset() {
    start_over(State::Between);
    input_.clear();
    position_ = 0;
}

void Framer::start_over(State state) {
    state_ = state;
    text_.clear();
    if (text_.capacity() > kKeptCapacity) text_.shrink_to_fit();
    depth_ = 0;
    quote_ = '\0';
    escaped_ = false;
}

Framer::Step Framer::step(char c) {
    if (c == kReset) return start_over(State::Between), std::nullopt;
    switch (state_) {
        case State::Between:
            return between(c);
        case State::Scalar:
            return scalar(c);
        case State::Nested:
            return nested(c);
        case State::Recovering:
            return recovering(c);
        case State::Discarding:
            return discarding(c);
    }
    return std::nullopt;
}

/// Follows strings and brackets.
void Framer::track(char c) {
    if (quote_ == '\0') {
        if (is_quote(c))
            quote_ = c;
        else if (is_opening(c))
            ++depth_;
        else if (is_closing(c))
            --depth_;
    } else if (escaped_)
        escaped_ = false;
    else if (c == '\\')
        escaped_ = true;
    else if (c == quote_)
        quote_ = '\0';
}

/// At once what nested() would take byte by byte, up to what ends the text or needs an answer.
void Framer::take_ordinary() {
    const std::size_t room = message_bytes_ - text_.size();
    const std::string_view input = std::string_view(input_).substr(position_, room);
    std::size_t count = 0;
    for (; count < input.size(); ++count) {
        const char c = input[count];
        if (escaped_ ||
            !(quote_ == '\0' ? kFillsText : kFillsString)[static_cast<unsigned char>(c)]) {
            if (!is_ordinary(c)) break;
            track(c);
        }
    }
    grow(text_, count, message_bytes_);
    text_ += input.substr(0, count);
    position_ += count;
}

/// Of those that mean something.
bool Framer::is_ordinary(char c) const {
    if (quote_ != '\0') return depth_ > 0 && !is_control(c) && c != kReset;
    if (is_opening(c)) return depth_ > 0 && depth_ < limits::kDepth;
    return is_closing(c) ? depth_ > 1 : depth_ > 0 && is_quote(c);
}

Framer::Step Framer::between(char c) {
    if (is_space(c)) return std::nullopt;
    if (is_word(c)) return state_ = State::Scalar, append(c);
    if (is_opening(c) || is_quote(c)) return state_ = State::Nested, nested(c);
    if (!is_structural(c)) return stray(c);
    text_ = c;
    return finish();
}

Framer::Step Framer::scalar(char c) {
    if (is_word(c)) return append(c);
    again_ = true;
    return finish();
}

Framer::Step Framer::nested(char c) {
    if (quote_ == '\0' && !may_stand(c)) return stray(c);
    if (quote_ != '\0' && is_control(c)) return stray(c);
    if (quote_ == '\0' && is_opening(c) && depth_ == limits::kDepth)
        return exceeded("nesting depth", c);
    if (Step error = append(c)) return error;
    track(c);
    return balanced() ? finish() : std::nullopt;
}

Framer::Step Framer::append(char c) {
    if (text_.size() == message_bytes_) return exceeded("token size", c);
    text_ += c;
    return std::nullopt;
}

Framer::Step Framer::finish() {
    Step result = Result<std::string>(std::move(text_));
    start_over(State::Between);
    return result;
}

Framer::Step Framer::stray(char c) {
    const bool ascii = static_cast<unsigned char>(c) < 0x80;
    const std::string shown = ascii ? std::string(c == '\0' ? 0 : 1, c) : "\xEF\xBF\xBD";
    start_over(is_control(c) ? State::Between : State::Recovering);
    return fail("JSON parse error, stray '" + shown + "'");
}

Framer::Step Framer::recovering(char c) {
    if (is_structural(c) || (is_control(c) && c != '\t')) {
        state_ = State::Between;
        again_ = true;
    }
    return std::nullopt;
}

/// What has been seen of the text's strings and brackets goes on to be followed, `c` included.
Framer::Step Framer::exceeded(const char* what, char c) {
    text_.clear();
    text_.shrink_to_fit();
    state_ = State::Discarding;
    static_cast<void>(discarding(c));
    return fail(std::string("JSON ") + what + " limit exceeded");
}

Framer::Step Framer::discarding(char c) {
    const bool in_scalar = balanced();
    if (in_scalar && is_word(c)) return std::nullopt;
    again_ = in_scalar;
    track(c);
    if (in_scalar || balanced() || c == '\n') start_over(State::Between);
    return std::nullopt;
}

}  // namespace hypnos
