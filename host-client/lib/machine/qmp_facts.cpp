// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "machine/qmp_facts.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "machine/qmp_replies.hpp"

namespace hypnos {
namespace {

using Clock = std::chrono::steady_clock;

/// Two questions each; a virtio-serial device has 31 ports.
constexpr std::size_t kPorts = 128;

Json property_of(const std::string& path, const char* property) {
    return Json::object({{"path", path}, {"property", property}});
}

}  // namespace

/// Questions go out as soon as they are known; when the last is answered, that is all.
struct QmpFacts::Inquiry : std::enable_shared_from_this<Inquiry> {
    using Use = std::function<void(const Json&)>;
    struct Port {
        std::string name, chardev;
    };

    Inquiry(Session& session, std::chrono::milliseconds limit, Done on_done)
        : qmp(session), deadline(Clock::now() + limit), done(std::move(on_done)) {}

    void ask(const std::string& command, const Json& arguments, Use use);
    void get(const std::string& path, const char* property, Use use);
    void answered(const Result<Json>& reply, const Use& use);

    void ask_all();
    void ask_about_power();
    void ask_about_firmware();
    void ask_about_devices(const std::string& container);
    void ask_about_port(const std::string& path);
    void finish();

    Session& qmp;
    Clock::time_point deadline;
    Done done;  // empty once called
    std::size_t open_questions = 0;
    MachineFacts facts;
    std::map<std::string, Port> ports;  // by path
    std::map<std::string, bool> open_chardevs;
};

void QmpFacts::Inquiry::ask(const std::string& command, const Json& arguments, Use use) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    ++open_questions;
    qmp.call(command, arguments, std::max(left, std::chrono::milliseconds(0)),
             [weak = weak_from_this(), use = std::move(use)](const Result<Json>& reply) {
                 if (const auto self = weak.lock()) self->answered(reply, use);
             });
}

void QmpFacts::Inquiry::get(const std::string& path, const char* property, Use use) {
    ask("qom-get", property_of(path, property), std::move(use));
}

void QmpFacts::Inquiry::answered(const Result<Json>& reply, const Use& use) {
    --open_questions;
    if (!done) return;
    if (reply) {
        use(*reply);
    } else if (const ErrorCode code = reply.error().code;
               code == ErrorCode::TimedOut || code == ErrorCode::Unreachable) {
        return std::exchange(done, nullptr)(tl::unexpected(reply.error()));
    }
    if (open_questions == 0) finish();
}

void QmpFacts::Inquiry::ask_all() {
    get("/machine", "type", [this](const Json& type) { facts.type = qmp::machine_type(type); });
    ask("query-current-machine", {}, [this](const Json& machine) {
        facts.can_wake = machine["wakeup-suspend-support"].boolean();
    });
    ask("query-block", {}, [this](const Json& blocks) { facts.disks = qmp::disks(blocks); });
    ask("query-chardev", {},
        [this](const Json& chardevs) { open_chardevs = qmp::open_chardevs(chardevs); });
    ask_about_power();
    ask_about_firmware();
    for (const char* container : {"/machine/peripheral", "/machine/peripheral-anon"})
        ask_about_devices(container);
}

/// A link to PIIX4_PM or ICH9-LPC, wherever this QEMU keeps it; machines without ACPI have none.
void QmpFacts::Inquiry::ask_about_power() {
    get("/machine", "acpi-device", [this](const Json& link) {
        const std::string path = link.string().value_or("");
        get(path, "disable_s3", [this](const Json& off) { facts.s3 = qmp::is_zero(off); });
        get(path, "disable_s4", [this](const Json& off) { facts.s4 = qmp::is_zero(off); });
    });
}

/// A pc has the property pflash0 only if it starts from there, which SeaBIOS does not.
void QmpFacts::Inquiry::ask_about_firmware() {
    get("/machine", "firmware", [this](const Json& firmware) {
        if (!facts.uefi) facts.uefi = qmp::is_uefi(firmware);
    });
    get("/machine", "pflash0", [this](const Json& drive) {
        if (!drive.string().value_or("").empty()) facts.uefi = true;
    });
}

void QmpFacts::Inquiry::ask_about_devices(const std::string& container) {
    ask("qom-list", Json::object({{"path", container}}), [this, container](const Json& list) {
        const auto add = [&list](std::vector<std::string>& to, const char* type) {
            const std::vector<std::string> found = qmp::children(list, type);
            to.insert(to.end(), found.begin(), found.end());
        };
        add(facts.virtio_mem, "virtio-mem");
        add(facts.virtio_fs, "vhost-user-fs");
        add(facts.vfio, "vfio-");
        for (const std::string& port : qmp::children(list, "virtserialport"))
            ask_about_port(container + "/" + port);
    });
}

void QmpFacts::Inquiry::ask_about_port(const std::string& path) {
    if (ports.size() == kPorts) return;
    Port& port = ports[path];
    get(path, "name", [&port](const Json& name) { port.name = name.string().value_or(""); });
    get(path, "chardev",
        [&port](const Json& label) { port.chardev = label.string().value_or(""); });
}

void QmpFacts::Inquiry::finish() {
    for (const auto& entry : ports) {
        const auto found = open_chardevs.find(entry.second.chardev);
        facts.ports.push_back({entry.second.name, {}});
        if (found != open_chardevs.end()) facts.ports.back().open = found->second;
    }
    std::exchange(done, nullptr)(facts);
}

QmpFacts::QmpFacts(Session& qmp, std::chrono::milliseconds limit, Done done)
    : inquiry_(std::make_shared<Inquiry>(qmp, limit, std::move(done))) {
    inquiry_->ask_all();
}

QmpFacts::~QmpFacts() = default;

}  // namespace hypnos
