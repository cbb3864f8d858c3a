// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/listing.hpp"

#include <algorithm>
#include <array>

namespace hypnos::setup {
namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Modules are told with _, their files may be named with -.
std::string with_underscores(std::string text) {
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
}

void need_initramfs_tools(const std::string& listing, std::vector<std::string>& lacking) {
    if (!has(listing, "scripts/local-premount/resume"))
        lacking.emplace_back("scripts/local-premount/resume");
    if (!has(listing, "bin/resume")) lacking.emplace_back("bin/resume");
}

/// Its shell's hook, or systemd's program.
void need_dracut(const std::string& listing, std::vector<std::string>& lacking) {
    if (!has(listing, "parse-resume.sh") && !has(listing, "systemd-hibernate-resume"))
        lacking.emplace_back("dracut's module resume");
}

}  // namespace

std::vector<std::string> lacks(Generator generator, const std::string& listing,
                               const std::vector<std::string>& modules,
                               const std::string& loadable) {
    std::vector<std::string> lacking;
    if (generator == Generator::InitramfsTools) need_initramfs_tools(listing, lacking);
    if (generator == Generator::Dracut) need_dracut(listing, lacking);
    const std::string there = with_underscores(listing), modular = with_underscores(loadable);
    for (const std::string& module : modules) {
        const std::string file = "/" + with_underscores(module) + ".ko";
        if (has(modular, file) && !has(there, file)) lacking.push_back("the module " + module);
    }
    return lacking;
}

}  // namespace hypnos::setup
