// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "libvirt/domain_xml.hpp"

#include <glib.h>

#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "mac.hpp"

namespace hypnos::libvirt {
namespace {

constexpr std::size_t kBytes = std::size_t{1} << 20;  // real ones have ten to a hundred KiB
constexpr std::size_t kDepth = 32;

using Attributes = std::map<std::string, std::string>;

std::string value_of(const Attributes& attributes, const char* name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string() : found->second;
}

/// An element of <devices> and what its own children say, by "CHILD@ATTRIBUTE".
struct Device {
    std::string kind;
    Attributes attributes, children;

    [[nodiscard]] std::string own(const char* name) const { return value_of(attributes, name); }
    [[nodiscard]] std::string child(const char* name) const { return value_of(children, name); }
    [[nodiscard]] bool has(const char* element) const { return children.contains(element); }
    /// Live domains have aliases.
    [[nodiscard]] std::string id() const {
        const std::string alias = child("alias@name"), target = child("target@dir");
        if (!alias.empty()) return alias;
        return target.empty() ? kind : target;
    }
};

std::optional<bool> yes_or_no(const std::string& word) {
    if (word == "yes") return true;
    if (word == "no") return false;
    return {};
}

PortFact port(const Device& channel) {
    PortFact result{channel.child("target@name"), {}};
    const std::string state = channel.child("target@state");
    if (state == "connected") result.open = true;
    if (state == "disconnected") result.open = false;
    return result;
}

/// "default" is QEMU's choice, which no one has written down here.
DiskFact disk(const Device& device) {
    const std::string cache = device.child("driver@cache");
    return {device.child("target@dev"), cache == "default" ? "" : cache, !device.has("readonly")};
}

/// USB and SCSI devices pass through QEMU, not through vfio.
bool is_vfio(const Device& device) {
    if (device.kind == "interface") return device.own("type") == "hostdev";
    return device.kind == "hostdev" &&
           (device.own("type") == "pci" || device.own("type") == "mdev");
}

class Reader {
  public:
    void element(const std::string& name, const Attributes& attributes);
    void end();
    [[nodiscard]] std::size_t depth() const { return path_.size(); }
    [[nodiscard]] bool is_domain() const { return is_domain_; }
    [[nodiscard]] MachineFacts facts() const;

  private:
    void of_domain(const std::string& name, const Attributes& attributes);
    void of_os(const std::string& name, const Attributes& attributes);
    void of_pm(const std::string& name, const Attributes& attributes);
    void of_device(const std::string& name, const Attributes& attributes);
    void keep(const Device& device);
    void keep_mac(const std::string& text);

    std::vector<std::string> path_;
    bool is_domain_ = false, has_loader_ = false;
    std::string arch_;
    Device device_;
    MachineFacts facts_;
};

void Reader::element(const std::string& name, const Attributes& attributes) {
    if (path_.empty()) is_domain_ = name == "domain";
    if (path_.size() == 1) of_domain(name, attributes);
    if (path_.size() == 2 && path_[1] == "os") of_os(name, attributes);
    if (path_.size() == 2 && path_[1] == "pm") of_pm(name, attributes);
    if (path_.size() == 2 && path_[1] == "devices") device_ = Device{name, attributes, {}};
    if (path_.size() == 3 && path_[1] == "devices") of_device(name, attributes);
    path_.push_back(name);
}

void Reader::end() {
    path_.pop_back();
    if (path_.size() == 2 && path_[1] == "devices") keep(device_);
}

void Reader::of_domain(const std::string& name, const Attributes& attributes) {
    if (name != "os") return;
    const std::string firmware = value_of(attributes, "firmware");
    if (!firmware.empty()) facts_.uefi = firmware == "efi";
}

void Reader::of_os(const std::string& name, const Attributes& attributes) {
    if (name == "type") {
        facts_.type = value_of(attributes, "machine");
        arch_ = value_of(attributes, "arch");
    }
    if (name != "loader") return;
    has_loader_ = true;
    if (value_of(attributes, "type") == "pflash") facts_.uefi = true;
}

void Reader::of_pm(const std::string& name, const Attributes& attributes) {
    const std::optional<bool> enabled = yes_or_no(value_of(attributes, "enabled"));
    if (name == "suspend-to-mem") facts_.s3 = enabled;
    if (name == "suspend-to-disk") facts_.s4 = enabled;
}

void Reader::of_device(const std::string& name, const Attributes& attributes) {
    device_.children[name];
    for (const auto& [attribute, value] : attributes)
        device_.children[name + "@" + attribute] = value;
}

void Reader::keep(const Device& device) {
    if (device.kind == "channel" && device.child("target@type") == "virtio")
        facts_.ports.push_back(port(device));
    if (device.kind == "disk") facts_.disks.push_back(disk(device));
    if (device.kind == "memory" && device.own("model") == "virtio-mem")
        facts_.virtio_mem.push_back(device.id());
    if (device.kind == "filesystem" && device.child("driver@type") == "virtiofs")
        facts_.virtio_fs.push_back(device.id());
    if (device.kind == "interface") keep_mac(device.child("mac@address"));
    if (is_vfio(device)) facts_.vfio.push_back(device.id());
}

void Reader::keep_mac(const std::string& text) {
    if (const std::optional<std::string> mac = mac_of(text)) facts_.macs.push_back(*mac);
}

/// Without a loader an x86 machine has QEMU's own, SeaBIOS.
MachineFacts Reader::facts() const {
    MachineFacts facts = facts_;
    const bool x86 = arch_ == "x86_64" || arch_ == "i686";
    if (x86 && !facts.uefi && !has_loader_) facts.uefi = false;
    return facts;
}

void begin_element(GMarkupParseContext*, const char* name, const char** names, const char** values,
                   void* data, GError** error) {
    Reader& reader = *static_cast<Reader*>(data);
    if (reader.depth() == kDepth)
        return g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "too many levels");
    Attributes attributes;
    for (; *names != nullptr; ++names, ++values) attributes[*names] = *values;
    reader.element(name, attributes);
}

void end_element(GMarkupParseContext*, const char*, void* data, GError**) {
    static_cast<Reader*>(data)->end();
}

Result<void> parse(const std::string& xml, Reader& reader) {
    const GMarkupParser parser{begin_element, end_element, nullptr, nullptr, nullptr};
    const std::unique_ptr<GMarkupParseContext, decltype(&g_markup_parse_context_free)> context(
        g_markup_parse_context_new(&parser, GMarkupParseFlags{}, &reader, nullptr),
        g_markup_parse_context_free);
    GError* error = nullptr;
    if (g_markup_parse_context_parse(context.get(), xml.data(), static_cast<gssize>(xml.size()),
                                     &error) != FALSE &&
        g_markup_parse_context_end_parse(context.get(), &error) != FALSE)
        return {};
    const std::unique_ptr<GError, decltype(&g_error_free)> owned(error, g_error_free);
    return fail(std::string("the domain's XML cannot be read: ") + owned->message);
}

}  // namespace

Result<MachineFacts> read_domain_xml(const std::string& xml) {
    if (xml.size() > kBytes)
        return fail("the domain's XML cannot be read: it has " + std::to_string(xml.size()) +
                    " bytes, and 1 MiB is the limit");
    Reader reader;
    if (const Result<void> parsed = parse(xml, reader); !parsed) return fail(parsed.error());
    if (!reader.is_domain())
        return fail("the domain's XML cannot be read: its first element is not <domain>");
    return reader.facts();
}

}  // namespace hypnos::libvirt
