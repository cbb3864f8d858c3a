// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the host's sleep is called: in texts, in libvirt's XML, and in JSON on the disk. Pure.

#include <algorithm>

#include "hypnos/host_power.hpp"

namespace hypnos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

template <typename Enum, std::size_t N>
Json named(const std::array<std::string_view, N>& names, Enum value) {
    return names.at(static_cast<std::size_t>(value));
}

/// libvirt has none for s2idle.
constexpr std::array<std::string_view, 3> kElements = {"suspend_mem", "suspend_disk",
                                                       "suspend_hybrid"};

bool is_blocker(const Finding& finding) { return finding.severity == Severity::Block; }

bool works(const HostCapabilities& capabilities, HostTarget target) {
    return std::any_of(
        capabilities.targets.begin(), capabilities.targets.end(),
        [target](const HostCapability& one) { return one.target == target && one.works; });
}

Json to_json(const HostCapability& capability) {
    Json findings = Json::array();
    for (const Finding& finding : capability.findings) findings.append(hypnos::to_json(finding));
    return Json::object({{"target", name_of(capability.target)},
                         {"works", capability.works},
                         {"findings", findings}});
}

/// How it went is known.
bool has_outcome(HostSleep::State state) {
    return state == HostSleep::State::Restoring || state == HostSleep::State::Ended;
}

void add_outcome(Json& json, const HostSleep& sleep) {
    json.set("outcome", name_of(sleep.outcome));
    json.set("text", sleep.text);
    json.set("slept-ms", sleep.slept.count());
    json.set("woken-by", named(kWokenByNames, sleep.woken_by));
    if (!sleep.wake_reason.empty()) json.set("wake-reason", sleep.wake_reason);
    if (!sleep.details.is_null()) json.set("details", sleep.details);
}

/// Members of an object that must be right, or the whole is nothing.
class Strict {
  public:
    explicit Strict(const Json& object) : object_(object) {}

    void read(std::string_view name, std::string& value) { take(object_[name].string(), value); }
    void read_if_there(std::string_view name, std::string& value) {
        if (object_.has(name)) read(name, value);
    }
    void read_if_there(std::string_view name, std::optional<std::int64_t>& value) {
        if (object_.has(name)) good_ &= (value = object_[name].integer()).has_value();
    }
    /// A time that is not negative.
    template <typename Unit>
    void read_time(std::string_view name, Unit& value) {
        const auto count = object_[name].integer();
        good_ &= count.has_value() && *count >= 0;
        value = Unit(count.value_or(0));
    }
    template <typename Enum, std::size_t N>
    void read(std::string_view name, Enum& value, const std::array<std::string_view, N>& names) {
        take(enumerator<Enum>(names, object_[name].string().value_or("")), value);
    }
    void read_object_if_there(std::string_view name, Json& value) {
        if (!object_.has(name)) return;
        value = object_[name];
        good_ &= value.is_object();
    }

    [[nodiscard]] bool is_good() const { return good_; }

  private:
    template <typename T>
    void take(const std::optional<T>& read, T& value) {
        good_ &= read.has_value();
        if (read) value = *read;
    }

    const Json& object_;
    bool good_ = true;
};

void read_outcome(Strict& saved, HostSleep& sleep) {
    saved.read("outcome", sleep.outcome, kOutcomeNames);
    saved.read("text", sleep.text);
    saved.read_time<milliseconds>("slept-ms", sleep.slept);
    saved.read("woken-by", sleep.woken_by, kWokenByNames);
    saved.read_if_there("wake-reason", sleep.wake_reason);
    saved.read_object_if_there("details", sleep.details);
}

}  // namespace

std::string_view name_of(HostTarget target) {
    return kHostTargetNames.at(static_cast<std::size_t>(target));
}

std::string HostCapability::why_not() const {
    const auto blocker = std::find_if(findings.begin(), findings.end(), is_blocker);
    return blocker == findings.end() ? "" : blocker->hint + " (" + blocker->code + ")";
}

std::string capabilities_xml(const HostCapabilities& capabilities) {
    std::string elements;
    for (std::size_t i = 0; i < kElements.size(); ++i) {
        if (works(capabilities, static_cast<HostTarget>(i)))
            elements += "  <" + std::string(kElements.at(i)) + "/>\n";
    }
    if (elements.empty()) return "<power_management/>";
    return "<power_management>\n" + elements + "</power_management>";
}

Json to_json(const HostCapabilities& capabilities) {
    Json targets = Json::array();
    for (const HostCapability& capability : capabilities.targets)
        targets.append(to_json(capability));
    return Json::object(
        {{"backend", named(kHostBackendNames, capabilities.backend)}, {"targets", targets}});
}

Json to_json(const HostSleep& sleep) {
    Json json = Json::object({{"operation", sleep.operation},
                              {"state", named(kHostSleepStateNames, sleep.state)},
                              {"target", name_of(sleep.target)},
                              {"initiator", name_of(sleep.initiator)},
                              {"backend", named(kHostBackendNames, sleep.backend)},
                              {"requested-at", sleep.requested_at.count()}});
    if (sleep.alarm) json.set("alarm", *sleep.alarm);
    if (sleep.kept_alarm) json.set("kept-alarm", *sleep.kept_alarm);
    if (has_outcome(sleep.state)) add_outcome(json, sleep);
    return json;
}

std::optional<HostSleep> host_sleep_from_json(const Json& saved) {
    Strict members(saved);
    HostSleep sleep;
    members.read("operation", sleep.operation);
    members.read("state", sleep.state, kHostSleepStateNames);
    members.read("target", sleep.target, kHostTargetNames);
    members.read("initiator", sleep.initiator, kInitiatorNames);
    members.read("backend", sleep.backend, kHostBackendNames);
    members.read_time<seconds>("requested-at", sleep.requested_at);
    members.read_if_there("alarm", sleep.alarm);
    members.read_if_there("kept-alarm", sleep.kept_alarm);
    if (has_outcome(sleep.state)) read_outcome(members, sleep);
    return members.is_good() ? std::optional(sleep) : std::nullopt;
}

}  // namespace hypnos
