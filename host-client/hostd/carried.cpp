// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "carried.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "hypnos/protocol/power.hpp"
#include "hypnos/protocol/reader.hpp"

namespace hypnos::hostd {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kTextMost = 1000;
constexpr std::array<std::string_view, 4> kStates = {"sleeping", "asleep", "failed", "waking"};
constexpr std::array<std::string_view, 3> kHere = {"localhost", "127.0.0.1", "[::1]"};

using Field = std::pair<const char*, std::string GuestSpec::*>;
constexpr std::array kFields = {
    Field{"name", &GuestSpec::name},   Field{"qmp", &GuestSpec::qmp},
    Field{"agent", &GuestSpec::agent}, Field{"power", &GuestSpec::power},
    Field{"uri", &GuestSpec::uri},     Field{"domain", &GuestSpec::domain}};

Json spec_json(const GuestSpec& spec) {
    Json saved = Json::object();
    for (const auto& [name, member] : kFields) saved.set(name, spec.*member);
    Json after = Json::array();
    for (const std::string& name : spec.after) after.append(name);
    return saved.set("after", after);
}

Json carried_json(const Carried& carried) {
    Json saved = Json::object({{"guest", spec_json(carried.guest)},
                               {"action", name_of(carried.action)},
                               {"state", kStates.at(static_cast<std::size_t>(carried.state))},
                               {"text", carried.text},
                               {"boot-id", carried.boot_id}});
    if (carried.balloon) saved.set("balloon", *carried.balloon);
    return saved;
}

/// Members of an object; wrong once one of them is, or has a name that nobody asked for.
class Members {
  public:
    explicit Members(const Json& object) : object_(object), right_(object.is_object()) {}

    std::string string(std::string_view name) {
        const std::optional<std::string> value = ask(name).string();
        right_ = right_ && value;
        return value.value_or("");
    }
    std::optional<std::int64_t> optional_integer(std::string_view name) {
        const std::optional<std::int64_t> value = ask(name).integer();
        right_ = right_ && (value || !object_.has(name));
        return value;
    }
    std::vector<Json> elements(std::string_view name) {
        const Json value = ask(name);
        right_ = right_ && value.is_array();
        return value.elements();
    }
    template <typename Enum, std::size_t N>
    Enum choice(std::string_view name, const std::array<std::string_view, N>& names) {
        const std::optional<Enum> value = enumerator<Enum>(names, string(name));
        right_ = right_ && value;
        return value.value_or(Enum{});
    }
    Json value(std::string_view name) { return ask(name); }
    [[nodiscard]] bool right() const { return right_ && object_.names().size() == asked_; }

  private:
    Json ask(std::string_view name) {
        if (object_.has(name)) ++asked_;
        return object_[name];
    }

    const Json object_;
    bool right_;
    std::size_t asked_ = 0;
};

std::optional<GuestSpec> spec_from(const Json& saved) {
    Members members(saved);
    GuestSpec spec;
    for (const auto& [name, member] : kFields) spec.*member = members.string(name);
    for (const Json& name : members.elements("after")) {
        if (!name.string()) return std::nullopt;
        spec.after.push_back(*name.string());
    }
    if (!members.right() || spec.name.empty()) return std::nullopt;
    return spec;
}

std::optional<Carried> one_from(const Json& saved) {
    Members members(saved);
    const std::optional<GuestSpec> spec = spec_from(members.value("guest"));
    Carried carried;
    carried.action = members.choice<Policy>("action", kPolicyNames);
    carried.state = members.choice<Carried::State>("state", kStates);
    carried.text = members.string("text");
    carried.boot_id = members.string("boot-id");
    carried.balloon = members.optional_integer("balloon");
    if (!spec || !members.right() || carried.action == Policy::Leave) return std::nullopt;
    carried.guest = *spec;
    return carried;
}

std::string host_of(const std::string& uri) {
    const std::size_t scheme = uri.find("://");
    if (scheme == uri.npos) return "";
    const std::string rest = uri.substr(scheme + 3);
    const std::string authority = rest.substr(0, rest.find_first_of("/?"));
    const std::size_t user = authority.find('@');
    const std::string host = user == authority.npos ? authority : authority.substr(user + 1);
    const std::size_t port = host.rfind(':');
    return port == host.npos || host.ends_with(']') ? host : host.substr(0, port);
}

}  // namespace

std::string to_text(const CarriedGuests& carried) {
    const Json head = Json::object({{"version", kVersion},
                                    {"operation", carried.operation},
                                    {"boot-id", carried.boot_id},
                                    {"guests", carried.guests.size()}});
    std::string text = head.dump() + "\n";
    for (const Carried& each : carried.guests) text += carried_json(each).dump() + "\n";
    return text;
}

std::optional<CarriedGuests> carried_from_text(const std::string& text) {
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    Members head(read_json(line).value_or(Json()));
    CarriedGuests carried{head.string("operation"), head.string("boot-id"), {}};
    std::set<std::string> names;
    while (std::getline(lines, line)) {
        const std::optional<Carried> one = one_from(read_json(line).value_or(Json()));
        if (!one || !names.insert(one->guest.name).second) return std::nullopt;
        carried.guests.push_back(*one);
    }
    const bool complete = head.value("guests") == Json(carried.guests.size());
    if (head.value("version") != Json(kVersion) || !complete || !head.right()) return std::nullopt;
    return carried;
}

std::string shortened(const std::string& text) {
    if (text.size() <= kTextMost) return text;
    std::size_t end = kTextMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;  // inside UTF-8
    return text.substr(0, end) + "...";
}

bool is_remote(const std::string& uri) {
    const std::string host = host_of(uri);
    return !host.empty() && std::find(kHere.begin(), kHere.end(), host) == kHere.end();
}

bool outlives_the_host(const Carried& carried) {
    return carried.action == Policy::SuspendDisk || is_remote(carried.guest.uri);
}

}  // namespace hypnos::hostd
