// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/system/facts.hpp"

#include <algorithm>
#include <array>

#include "agent/setup/core/texts.hpp"
#include "agent/setup/system/block_devices.hpp"
#include "agent/setup/system/boot_facts.hpp"
#include "agent/setup/system/places.hpp"
#include "agent/setup/system/programs.hpp"
#include "sleep/core/preflight/parse.hpp"
#include "sleep/core/words.hpp"
#include "sleep/system/facts/facts.hpp"
#include "sleep/system/power/power.hpp"

namespace hypnos::setup {
namespace {

/// Where containers tell that they are one: systemd's, Docker's and Podman's way.
constexpr std::array kContainerFiles = {"/run/systemd/container", "/.dockerenv",
                                        "/run/.containerenv"};

std::string container(const Root& root) {
    for (const char* file : kContainerFiles)
        if (root.has(file)) return file;
    const std::string environment = root.text("/proc/1/environ");
    const std::size_t at = ('\0' + environment).find(std::string("\0container=", 11));
    return at == std::string::npos ? "" : "/proc/1/environ: container=";
}

std::string root_type(const std::vector<sleep::Mount>& mounts) {
    const sleep::Mount* mount = sleep::mount_of(mounts, "/");
    return mount == nullptr ? "" : mount->type;
}

std::uint64_t value(const sleep::MemoryFacts& memory, const std::string& name) {
    const auto found = memory.info.find(name);
    return found == memory.info.end() ? 0 : found->second;
}

std::vector<std::string> missing_tools(const Root& root) {
    return find_program(root, "mkswap").empty() ? std::vector<std::string>{"mkswap"}
                                                : std::vector<std::string>{};
}

/// The device whose driver the initramfs needs: that of a swap chosen before, or of the new file.
std::string device_of(const Facts& facts, const std::optional<SetupRecord>& record) {
    for (const Place& place : facts.places)
        if (record && record->swap && place.path == record->swap->path) return place.device;
    return facts.own ? facts.own->device : "";
}

void read_texts_of(const Root& root, const std::vector<std::string>& paths, Texts& texts) {
    for (const std::string& path : paths) texts[path] = root.contents(path);
}

void read_swaps(const Root& root, const Options& options, Facts& facts) {
    facts.places = read_places(root, options, facts.power.swap);
    facts.own = read_swap_file(root, options.file);
    facts.own_path_taken = !facts.own && root.has(options.file);
    facts.file_system = read_file_system(root, options.file);
    if (facts.own) facts.own->active = is_on(facts.power.swap, facts.own->name);
}

}  // namespace

Texts read_texts(const Root& root, const SetupRecord& record) {
    Texts texts;
    for (const SetupRecord::File& file : record.files) texts[file.path] = root.contents(file.path);
    read_texts_of(root, read_boot(root, record.options).entries, texts);
    return texts;
}

Facts FactReader::read(const Options& options, const std::optional<SetupRecord>& record) {
    Facts facts{.offline = !root_.is_system()};
    if (facts.offline)
        facts.initramfs.generator = find_generator(root_);
    else
        read_machine(options, record, facts);
    if (record) facts.texts = read_texts(root_, *record);
    read_texts_of(root_, {files::kFstab, files::kGrub, files::kDracut, files::kAtBoot},
                  facts.texts);
    read_texts_of(root_, facts.boot.entries, facts.texts);
    return facts;
}

void FactReader::read_machine(const Options& options, const std::optional<SetupRecord>& record,
                              Facts& facts) {
    facts.container = container(root_);
    facts.root_type = root_type(sleep::parse_mounts(root_.text("/proc/self/mountinfo")));
    facts.power =
        sleep::read_power_facts(sleep::Power(root_), SleepMode::Disk, sleep::StandingByCounts::Yes);
    facts.memory = {value(facts.power.memory, "MemTotal"), value(facts.power.memory, "AnonPages")};
    facts.missing_tools = missing_tools(root_);
    read_swaps(root_, options, facts);
    facts.boot = read_boot(root_, options);
    facts.initramfs = initramfs_.read(driver_modules(root_, device_of(facts, record)));
}

}  // namespace hypnos::setup
