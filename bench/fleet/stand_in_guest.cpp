// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "stand_in_guest.hpp"

#include <ctime>
#include <string_view>

namespace hypnos::fleet {
namespace {

constexpr const char* kBoot = "\"boot-id\":\"11111111-2222-3333-4444-555555555555\"";
constexpr const char* kGreeting =
    R"({"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7},"package":""},)"
    R"("capabilities":["oob"]}})"
    "\n";
constexpr const char* kRunning = R"({"status":"running","singlestep":false,"running":true})";
constexpr const char* kSuspended = R"({"status":"suspended","singlestep":false,"running":false})";

const std::string kStatus =
    std::string(R"({"state":"idle","version":"0.1.0",)") + kBoot + ",\"boottime-us\":";

std::int64_t nanoseconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t boottime_us() { return nanoseconds(CLOCK_BOOTTIME) / 1000; }

std::string timestamp() {
    const std::int64_t now = nanoseconds(CLOCK_REALTIME) / 1000;
    return "\"timestamp\":{\"seconds\":" + std::to_string(now / 1'000'000) +
           ",\"microseconds\":" + std::to_string(now % 1'000'000) + "}";
}

/// The string that a member has; requests come without spaces.
std::string_view string_of(std::string_view text, std::string_view member) {
    const std::size_t at = text.find(member);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + member.size());
    return text.substr(0, text.find('"'));
}

std::string_view command_of(const std::string& text) { return string_of(text, "\"execute\":\""); }

/// The last one is the request's own, but for guest-sync-delimited, which carries no other.
std::string_view id_of(std::string_view text) {
    constexpr std::string_view kId = "\"id\":";
    const std::size_t at = text.rfind(kId);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + kId.size());
    return text.substr(0, text.find_first_not_of("0123456789-"));
}

void answer(const Client& client, const std::string& request, std::string_view value) {
    std::string reply = "{\"return\":";
    reply += value;
    if (const std::string_view id = id_of(request); !id.empty()) (reply += ",\"id\":") += id;
    send_all(client.fd.get(), reply += "}\n");
}

void refuse(const Client& client, const std::string& request) {
    std::string reply =
        R"({"error":{"class":"CommandNotFound","desc":"a stand-in cannot do that"})";
    if (const std::string_view id = id_of(request); !id.empty()) (reply += ",\"id\":") += id;
    send_all(client.fd.get(), reply += "}\n");
}

std::string phase(const char* name, std::int64_t at) {
    return std::string("{\"name\":\"") + name + "\",\"boottime-us\":" + std::to_string(at) + "}";
}

}  // namespace

StandInGuest::StandInGuest(EpollLoop& loop, const std::string& stem)
    : agent_(loop, stem + ".agent",
             {nullptr,
              [this](Client& client, const std::string& text) { agent_asked(client, text); }}),
      qmp_(loop, stem + ".qmp",
           {[](Client& client) { send_all(client.fd.get(), kGreeting); },
            [this](Client& client, const std::string& text) { qmp_asked(client, text); }}) {}

void StandInGuest::agent_asked(Client& client, const std::string& text) {
    const std::string_view command = command_of(text);
    if (command == "guest-ping") return answer(client, text, "{}");
    if (command == "guest-sync-delimited") {
        const std::string reply = "\xFF{\"return\":" + std::string(id_of(text)) + "}\n";
        return send_all(client.fd.get(), reply);
    }
    if (command == "hypnos-status") return answer(client, text, status());
    if (command == "hypnos-suspend") return suspend(client, text);
    if (command == "hypnos-subscribe") {
        client.subscribed = true;
        return answer(client, text, position() + "}");
    }
    if (command == "hypnos-events") return answer(client, text, position() + ",\"events\":[]}");
    if (command == "guest-get-time")
        return answer(client, text, std::to_string(nanoseconds(CLOCK_REALTIME)));
    refuse(client, text);
}

void StandInGuest::qmp_asked(Client& client, const std::string& text) {
    const std::string_view command = command_of(text);
    if (command == "query-status") return answer(client, text, asleep_ ? kSuspended : kRunning);
    if (command == "qmp_capabilities") {
        client.subscribed = true;
        return answer(client, text, "{}");
    }
    if (command == "query-memory-size-summary")
        return answer(client, text, R"({"base-memory":1073741824,"plugged-memory":0})");
    if (command == "query-balloon") return answer(client, text, R"({"actual":1073741824})");
    if (command != "system_wakeup" || !asleep_) return refuse(client, text);
    answer(client, text, "{}");
    wake();
}

void StandInGuest::suspend(Client& client, const std::string& text) {
    transaction_ = string_of(text, "\"transaction\":\"");
    requested_ = boottime_us();
    answer(client, text, "{\"accepted\":true,\"transaction\":\"" + transaction_ + "\"}");
    agent_.send_to_subscribed(
        event("HYPNOS_SUSPENDING", "\"transaction\":\"" + transaction_ + "\",\"mode\":\"ram\""));
    asleep_ = true;
    agent_.pause();
    qmp_.send_to_subscribed("{" + timestamp() + ",\"event\":\"SUSPEND\"}\n");
}

void StandInGuest::wake() {
    asleep_ = false;
    returned_ = boottime_us();
    ++resumed_;
    qmp_.send_to_subscribed("{" + timestamp() + ",\"event\":\"WAKEUP\"}\n");
    agent_.go_on();
    agent_.send_to_subscribed(event("HYPNOS_RESUMED", record()));
}

void StandInGuest::tell() {
    agent_.send_to_subscribed(event("HYPNOS_READY", "\"version\":\"0.1.0\""));
}

std::string StandInGuest::event(const std::string& name, const std::string& data) {
    rest_of_status_.clear();
    return "{\"event\":\"" + name + "\",\"data\":{" + data + "," + kBoot +
           ",\"seq\":" + std::to_string(++sequence_) + "}," + timestamp() + "}\n";
}

std::string StandInGuest::position() const {
    return std::string("{") + kBoot + ",\"last-seq\":" + std::to_string(sequence_);
}

/// All but the time is the same until the next event.
std::string StandInGuest::status() {
    if (rest_of_status_.empty()) {
        rest_of_status_ = ",\"last-seq\":" + std::to_string(sequence_) +
                          ",\"resume-count\":" + std::to_string(resumed_);
        if (resumed_ > 0) rest_of_status_ += ",\"last\":{" + record() + "," + kBoot + "}";
        rest_of_status_ += '}';
    }
    return kStatus + std::to_string(boottime_us()) + rest_of_status_;
}

std::string StandInGuest::record() const {
    const std::int64_t slept_ms = (returned_ - requested_) / 1000;
    return "\"transaction\":\"" + transaction_ + R"(","mode":"ram","initiator":"host","phases":[)" +
           phase("requested", requested_) + "," + phase("checked", requested_) + "," +
           phase("hooks-run", requested_) + "," + phase("entering", requested_) + "," +
           phase("returned", returned_) + "," + phase("refreshed", returned_) + "," +
           phase("finished", returned_) + R"(],"outcome":"slept","slept-ms":)" +
           std::to_string(slept_ms) + R"(,"hooks":[],"resume-count":)" + std::to_string(resumed_);
}

}  // namespace hypnos::fleet
