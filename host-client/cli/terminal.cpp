// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "terminal.hpp"

#include <array>
#include <cstdio>

namespace hypnos::cli {

Exit exit_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::Generic:
        case ErrorCode::CommandNotFound:
            return Exit::Failed;
        case ErrorCode::Refused:
            return Exit::Refused;
        case ErrorCode::Unreachable:
            return Exit::Unreachable;
        case ErrorCode::TimedOut:
            return Exit::TimedOut;
        case ErrorCode::Usage:
            return Exit::Usage;
    }
    return Exit::Failed;
}

Exit exit_of(Outcome outcome, Require require) {
    switch (outcome) {
        case Outcome::Slept:
            return Exit::Done;
        case Outcome::S2idle:
            return require == Require::Any ? Exit::Done : Exit::OtherOutcome;
        case Outcome::ShutOffWithoutImage:
        case Outcome::WokeEarly:
        case Outcome::ImageLost:
            return Exit::OtherOutcome;
        case Outcome::Refused:
        case Outcome::Cancelled:
            return Exit::Refused;
        case Outcome::TimedOut:
            return Exit::TimedOut;
        case Outcome::Failed:
            return Exit::Failed;
    }
    return Exit::Failed;
}

std::string printable(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c >= 0x20 && c < 0x7F) {
            result += c;
            continue;
        }
        std::array<char, 8> escaped{};
        std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned char>(c));
        result += escaped.data();
    }
    return result;
}

std::string plain(const Json& value) { return value.string().value_or(value.dump()); }

void print_line(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

void complain(const std::string& text) {
    std::fprintf(stderr, "hypnosctl: %s\n", printable(text).c_str());
}

Exit complain(const Error& error) {
    complain(error.message);
    return exit_of(error);
}

Json to_json(const std::vector<Step>& timeline) {
    Json result = Json::array();
    for (const Step& step : timeline)
        result.append(Json::object({{"name", step.name}, {"at-us", step.at.count()}}));
    return result;
}

}  // namespace hypnos::cli
