// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/machine/memory_blocks.hpp"

#include <cerrno>
#include <optional>
#include <string>

#include "agent/system/machine/numbered.hpp"
#include "sleep/core/number.hpp"

namespace hypnos::agent {
namespace {

const std::string kMemory = "/sys/devices/system/memory";

std::string directory_of(std::int64_t number) {
    return kMemory + "/memory" + std::to_string(number);
}

/// A block without a state is of a kernel that cannot switch it.
MemoryBlock read_block(const sleep::Root& root, std::int64_t number) {
    const std::string directory = directory_of(number);
    const std::optional<std::string> state = root.read(directory + "/state");
    if (!state) return {number};
    return {number, state == "online", root.text(directory + "/removable") != "0"};
}

}  // namespace

std::vector<MemoryBlock> read_memory_blocks(const sleep::Root& root) {
    std::vector<MemoryBlock> blocks;
    for (const std::int64_t number : numbers_behind("memory", root.list(kMemory)))
        blocks.push_back(read_block(root, number));
    return blocks;
}

Result<std::int64_t> read_memory_block_size(const sleep::Root& root) {
    const std::string file = kMemory + "/block_size_bytes";
    const Result<std::string> text = root.load(file);
    if (!text) return fail(text.error().message + "; has this kernel memory hotplug?");
    const std::optional<std::int64_t> size = sleep::whole_number(*text, 16);
    if (!size) return fail(file + " is no hexadecimal number but " + in_quotes(*text));
    return *size;
}

BlockSwitch switch_memory_block(const sleep::Root& root, std::int64_t number, bool online) {
    using Outcome = BlockSwitch::Outcome;
    const std::string directory = directory_of(number), file = directory + "/state";
    if (!root.has(directory)) return {Outcome::NoSuchBlock, ENOENT};
    const std::optional<std::string> state = root.read(file);
    if (!state && online) return {};
    if (!state) return {Outcome::NoSwitch, ENOENT};
    if ((*state == "online") == online) return {};
    const int error = root.write(file, online ? "online" : "offline");
    return error == 0 ? BlockSwitch{} : BlockSwitch{Outcome::Failed, error};
}

}  // namespace hypnos::agent
