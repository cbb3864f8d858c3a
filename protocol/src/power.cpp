// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "hypnos/protocol/power.hpp"

#include <span>

namespace hypnos {
namespace {

template <typename Enum>
std::string_view name_in(std::span<const std::string_view> names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view name_of(SleepMode mode) { return name_in(kSleepModeNames, mode); }
std::string_view name_of(Require require) { return name_in(kRequireNames, require); }
std::string_view name_of(Initiator initiator) { return name_in(kInitiatorNames, initiator); }
std::string_view name_of(Outcome outcome) { return name_in(kOutcomeNames, outcome); }

Json to_json(const Finding& finding) {
    return Json::object({{"code", finding.code},
                         {"severity", finding.severity == Severity::Block ? "block" : "warn"},
                         {"subject", finding.subject},
                         {"hint", finding.hint}});
}

Error refusal(const std::string& message, const std::optional<Finding>& finding) {
    Json data = Json::object({{"outcome", name_of(Outcome::Refused)}});
    if (finding) data.set("finding", to_json(*finding));
    return Error{ErrorCode::Refused, message, data};
}

}  // namespace hypnos
