// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The guest's memory by the blocks that can be switched on and off.

#include "agent/system/machine/memory_blocks.hpp"

#include "agent/agent.hpp"
#include "agent/commands/groups.hpp"
#include "agent/commands/jobs.hpp"
#include "hypnos/protocol/arguments.hpp"

namespace hypnos::agent::commands {
namespace {

/// To switch a block off the kernel empties it first.
constexpr std::chrono::minutes kSwitchLimit{5};

/// What a block shall be.
struct Wanted {
    std::int64_t number = 0;
    bool online = false;
};

Wanted read_wanted(Arguments& block) {
    const Wanted wanted{block.integer("phys-index"), block.boolean("online")};
    block.optional_boolean("can-offline");
    return wanted;
}

const char* word_of(BlockSwitch::Outcome outcome) {
    using Outcome = BlockSwitch::Outcome;
    switch (outcome) {
        case Outcome::Done:
            return "success";
        case Outcome::NoSuchBlock:
            return "not-found";
        case Outcome::NoSwitch:
            return "operation-not-supported";
        case Outcome::Failed:
            break;
    }
    return "operation-failed";
}

Json list(const Root& root) {
    Json result = Json::array();
    for (const MemoryBlock& block : read_memory_blocks(root))
        result.append(Json::object({{"phys-index", block.number},
                                    {"online", block.online},
                                    {"can-offline", block.can_offline}}));
    return result;
}

Json switch_one(const Root& root, const Wanted& wanted) {
    const BlockSwitch done = switch_memory_block(root, wanted.number, wanted.online);
    Json result =
        Json::object({{"phys-index", wanted.number}, {"response", word_of(done.outcome)}});
    if (done.outcome != BlockSwitch::Outcome::Done) result.set("error-code", done.error);
    return result;
}

Json switch_all(const Root& root, const std::vector<Wanted>& all) {
    Json result = Json::array();
    for (const Wanted& wanted : all) result.append(switch_one(root, wanted));
    return result;
}

}  // namespace

CommandResult guest_get_memory_blocks(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    return run_job(context, "list the memory blocks",
                   [root = context.agent.root()] { return Result<Json>(list(root)); });
}

CommandResult guest_set_memory_blocks(const Context& context, const Json& arguments) {
    Arguments given(arguments);
    const std::vector<Wanted> wanted = given.list("mem-blks", read_wanted);
    if (Result<void> checked = given.finish(); !checked) return fail(checked.error());
    return run_job(
        context, "switch memory blocks",
        [root = context.agent.root(), wanted] { return Result<Json>(switch_all(root, wanted)); },
        kSwitchLimit);
}

CommandResult guest_get_memory_block_info(const Context& context, const Json& arguments) {
    if (Result<void> checked = Arguments(arguments).finish(); !checked)
        return fail(checked.error());
    const Result<std::int64_t> size = read_memory_block_size(context.agent.root());
    if (!size) return fail(size.error());
    return Json::object({{"size", *size}});
}

}  // namespace hypnos::agent::commands
