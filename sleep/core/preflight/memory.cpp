// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Whether the image fits: into the swap, and beside what it is a copy of into memory.

#include <algorithm>
#include <initializer_list>

#include "sleep/core/preflight/checks.hpp"

namespace hypnos::sleep::checks {
namespace {

/// Drivers ask for eight pages in a row and no more (PAGE_ALLOC_COSTLY_ORDER).
constexpr int kOrderNeeded = 3;

/// A balloon below this is a rounding, not a memory.
constexpr std::uint64_t kBalloonNoise = std::uint64_t{1} << 20U;

std::uint64_t sum(const MemoryFacts& memory, std::initializer_list<const char*> names) {
    std::uint64_t total = 0;
    for (const char* name : names)
        if (const auto found = memory.info.find(name); found != memory.info.end())
            total += found->second;
    return total;
}

/// What is locked for other reasons than mlock(2), which locks what is counted elsewhere.
std::uint64_t unevictable(const MemoryFacts& memory) {
    const std::uint64_t all = sum(memory, {"Unevictable"});
    const std::uint64_t locked = sum(memory, {"Mlocked"});
    return all > locked ? all - locked : 0;
}

/// What the kernel cannot throw away, and so has to write.
std::uint64_t image_estimate(const MemoryFacts& memory) {
    return sum(memory,
               {"AnonPages", "Shmem", "SUnreclaim", "KernelStack", "PageTables", "Hugetlb"}) +
           unevictable(memory);
}

/// What it can neither throw away nor swap out, and so has to copy.
std::uint64_t pinned(const MemoryFacts& memory) {
    return sum(memory, {"Mlocked", "SUnreclaim", "KernelStack", "PageTables", "Hugetlb"}) +
           unevictable(memory);
}

std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace

/// The kernel compresses the image, to about half as a rule.
Findings image_fits_in_swap(const Question& question, const PowerFacts& facts) {
    const Swap* target = uses_disk(question.mode) ? image_target(facts) : nullptr;
    if (target == nullptr || !facts.memory.info.contains("AnonPages")) return {};
    const std::uint64_t image = image_estimate(facts.memory);
    const std::uint64_t room = target->size - std::min(target->size, target->used);
    if (room >= image) return {};
    const bool hopeless = room < image / 2;
    return {{"swap.small", hopeless ? Severity::Block : Severity::Warn,
             says("/proc/swaps",
                  target->name + " has " + mib(room) + " left, memory in use is " + mib(image)),
             hopeless ? "the image does not fit, compressed or not; make the swap larger or end "
                        "programs"
                      : "the image fits only if it compresses well; make the swap larger"}};
}

/// The image is a copy in memory before it is written: more than half cannot be copied.
Findings image_can_shrink(const Question& question, const PowerFacts& facts) {
    const auto total = facts.memory.info.find("MemTotal");
    if (!uses_disk(question.mode) || total == facts.memory.info.end()) return {};
    const std::uint64_t locked = pinned(facts.memory);
    if (locked <= total->second / 2) return {};
    return {warn("swap.mlocked",
                 says("/proc/meminfo",
                      mib(locked) + " of " + mib(total->second) + " are locked or huge pages"),
                 "more than half of memory can neither be dropped nor swapped out, so there may "
                 "be no room for the image; free huge pages or stop what locks memory")};
}

Findings memory_is_not_fragmented(const Question& question, const PowerFacts& facts) {
    const auto largest = facts.memory.largest_free_order;
    if (!uses_disk(question.mode) || !largest || *largest >= kOrderNeeded) return {};
    return {warn("mem.frag", says("/proc/buddyinfo", "nothing free of order 3 or above"),
                 "memory is so fragmented that drivers may fail to come back; write 1 to "
                 "/proc/sys/vm/compact_memory")};
}

/// The driver gives all its pages back before an image is made.
Findings balloon_is_empty(const Question& question, const PowerFacts& facts) {
    if (!uses_disk(question.mode) || facts.memory.balloon < kBalloonNoise) return {};
    return {warn("mem.balloon", says("/proc/vmstat", mib(facts.memory.balloon) + " in the balloon"),
                 "the balloon is emptied by a disk sleep, so the guest will take that memory "
                 "from the host; have the host inflate it again after the wake")};
}

}  // namespace hypnos::sleep::checks
