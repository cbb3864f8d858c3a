// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "machine/qmp_replies.hpp"

#include <string_view>

namespace hypnos::qmp {
namespace {

/// The word for -drive cache= that stands for these three switches (qemu(1), -drive).
std::string cache_mode(const Json& cache) {
    const auto writeback = cache["writeback"].boolean(), direct = cache["direct"].boolean();
    const auto no_flush = cache["no-flush"].boolean();
    if (!writeback || !direct || !no_flush) return {};
    if (*no_flush) return "unsafe";
    if (*writeback) return *direct ? "none" : "writeback";
    return *direct ? "directsync" : "writethrough";
}

/// A block device has a name, or its frontend has a path, or only its node has a name.
std::string disk_name(const Json& block) {
    for (const Json& name : {block["device"], block["qdev"], block["inserted"]["node-name"]})
        if (const auto text = name.string(); text && !text->empty()) return *text;
    return "?";
}

}  // namespace

std::string machine_type(const Json& qom_type) {
    constexpr std::string_view kSuffix = "-machine";
    std::string type = qom_type.string().value_or("");
    if (type.ends_with(kSuffix)) type.resize(type.size() - kSuffix.size());
    return type;
}

std::optional<bool> is_zero(const Json& value) {
    const std::optional<std::int64_t> number = value.integer();
    if (!number) return {};
    return *number == 0;
}

std::optional<bool> is_uefi(const Json& firmware) {
    const std::string path = firmware.string().value_or("");
    const std::string file = path.substr(path.rfind('/') + 1);
    if (file == "bios-256k.bin" || file == "bios.bin" || file == "bios-microvm.bin") return false;
    return {};
}

std::vector<DiskFact> disks(const Json& blocks) {
    std::vector<DiskFact> result;
    for (const Json& block : blocks.elements()) {
        const Json inserted = block["inserted"];
        if (!inserted.is_object()) continue;
        result.push_back({disk_name(block), cache_mode(inserted["cache"]),
                          !inserted["ro"].boolean().value_or(false)});
    }
    return result;
}

std::map<std::string, bool> open_chardevs(const Json& chardevs) {
    std::map<std::string, bool> result;
    for (const Json& chardev : chardevs.elements()) {
        const auto label = chardev["label"].string();
        const auto open = chardev["frontend-open"].boolean();
        if (label && open) result[*label] = *open;
    }
    return result;
}

std::vector<std::string> children(const Json& list, const std::string& type) {
    std::vector<std::string> names;
    for (const Json& property : list.elements()) {
        const auto name = property["name"].string();
        if (name && property["type"].string().value_or("").starts_with("child<" + type))
            names.push_back(*name);
    }
    return names;
}

}  // namespace hypnos::qmp
