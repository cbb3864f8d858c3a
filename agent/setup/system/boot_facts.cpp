// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/boot_facts.hpp"

#include <algorithm>
#include <array>

#include "agent/setup/core/texts.hpp"
#include "agent/setup/system/block_devices.hpp"
#include "agent/setup/system/programs.hpp"
#include "sleep/core/words.hpp"

namespace hypnos::setup {
namespace {

constexpr std::array kMenus = {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"};
constexpr std::array kEntryDirectories = {"/boot/loader/entries", "/efi/loader/entries",
                                          "/boot/efi/loader/entries"};
constexpr std::array kUkiDirectories = {"/boot/EFI/Linux", "/efi/EFI/Linux", "/boot/efi/EFI/Linux"};
constexpr const char* kDefaults = "/etc/default/grub";
constexpr const char* kDropins = "/etc/default/grub.d";

std::string mkconfig(const Root& root) {
    const std::string program = find_program(root, "grub-mkconfig");
    return program.empty() ? find_program(root, "grub2-mkconfig") : program;
}

std::string menu(const Root& root) {
    const auto* const found = std::find_if(kMenus.begin(), kMenus.end(),
                                           [&](const char* path) { return root.has(path); });
    return found == kMenus.end() ? "" : *found;
}

template <typename Directories>
std::vector<std::string> files_in(const Root& root, const Directories& directories,
                                  const std::string& ending) {
    std::vector<std::string> paths;
    for (const char* directory : directories)
        for (const std::string& name : root.list(directory))
            if (name.ends_with(ending)) paths.push_back(std::string(directory) + "/" + name);
    return paths;
}

std::vector<std::string> entries(const Root& root) {
    std::vector<std::string> paths = files_in(root, kEntryDirectories, ".conf");
    if (root.has(files::kKernelCommandLine)) paths.emplace_back(files::kKernelCommandLine);
    return paths;
}

BootLoader detect(const Root& root) {
    if (!mkconfig(root).empty() && root.has(kDefaults) && sources_dropins(root) &&
        !menu(root).empty())
        return BootLoader::Grub;
    if (!files_in(root, kEntryDirectories, ".conf").empty()) return BootLoader::Bls;
    if (root.has(files::kKernelCommandLine) && makes_unified_images(root) &&
        !files_in(root, kUkiDirectories, ".efi").empty())
        return BootLoader::Uki;
    return BootLoader::Unknown;
}

BootLoader chosen(const Root& root, const std::string& option) {
    if (option == "none") return BootLoader::None;
    if (option == "grub") return sources_dropins(root) ? BootLoader::Grub : BootLoader::Unknown;
    if (option == "bls") return entries(root).empty() ? BootLoader::Unknown : BootLoader::Bls;
    return detect(root);
}

std::vector<std::string> grub_settings(const Root& root) {
    std::vector<std::string> paths = {kDefaults};
    for (const std::string& name : root.list(kDropins))
        if (name.ends_with(".cfg")) paths.push_back(std::string(kDropins) + "/" + name);
    std::erase(paths, files::kGrub);
    return paths;
}

void read_grub(const Root& root, BootFacts& boot) {
    boot.menu = menu(root);
    boot.menu_text = root.read(boot.menu);
    for (const std::string& path : grub_settings(root)) {
        const std::string text = root.text(path);
        if (const std::string line = resume_line(text); !line.empty()) boot.others[path] = line;
        boot.partuuid_first |= text.find("GRUB_FORCE_PARTUUID=") != std::string::npos;
    }
}

void add_named(const Root& root, const std::string& text, BootFacts& boot) {
    const std::string value = resume_value(text);
    if (!value.empty()) boot.named[value] = device_number(root, path_of_spec(value));
}

}  // namespace

BootFacts read_boot(const Root& root, const Options& options) {
    BootFacts boot{.loader = chosen(root, options.boot)};
    if (boot.loader == BootLoader::Grub) read_grub(root, boot);
    if (boot.loader == BootLoader::Bls) boot.entries = entries(root);
    if (boot.loader == BootLoader::Uki) boot.entries = {files::kKernelCommandLine};
    for (const auto& [path, line] : boot.others) add_named(root, line, boot);
    for (const std::string& path : boot.entries) add_named(root, root.text(path), boot);
    return boot;
}

std::vector<std::string> menu_generator(const Root& root) {
    const std::string update = find_program(root, "update-grub");
    if (!update.empty()) return {update};
    const std::string make = mkconfig(root);
    if (make.empty() || menu(root).empty()) return {};
    return {make, "-o", menu(root)};
}

bool makes_unified_images(const Root& root) {
    return root.text("/etc/kernel/install.conf").find("layout=uki") != std::string::npos &&
           !find_program(root, "kernel-install").empty();
}

bool sources_dropins(const Root& root) {
    // "${sysconfdir}/default/grub.d"
    return root.text(mkconfig(root)).find("/default/grub.d") != std::string::npos;
}

}  // namespace hypnos::setup
