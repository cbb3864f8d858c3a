// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/setup/core/target.hpp"

#include <algorithm>
#include <array>

#include "sleep/system/uuid.hpp"

namespace hypnos::setup {
namespace {

Target of_place(const Place& place, const std::string& activation, const std::string& why) {
    return {.swap = {.path = place.path,
                     .kind = place.file ? "file" : "device",
                     .uuid = place.uuid,
                     .bytes = place.bytes,
                     .activation = place.lasts ? "always" : activation,
                     .made = false,
                     .resume = place.resume,
                     .offset = place.offset},
            .device = place.device,
            .active = place.active,
            .holds_image = place.holds_image,
            .why = why};
}

Choice refused(std::string code, std::string subject, std::string hint) {
    return {std::nullopt, {refusal_for(std::move(code), std::move(subject), std::move(hint))}};
}

bool is_named(const Place& place, const std::string& option) {
    return place.path == option || place.name == option;
}

/// An encrypted one is not chosen, only taken if it was named: an initramfs may not open it.
bool will_do(const Place& place, std::uint64_t bytes) {
    return place.lasts && !place.zram && !place.encrypted && place.random_key.empty() &&
           !place.resume.empty() && place.bytes >= bytes;
}

/// The largest of those that will do; of two as large, the first.
const Place* best(const std::vector<Place>& places, std::uint64_t bytes) {
    const Place* found = nullptr;
    for (const Place& place : places)
        if (will_do(place, bytes) && (found == nullptr || place.bytes > found->bytes))
            found = &place;
    return found;
}

const Place* find(const std::vector<Place>& places, const std::string& path) {
    const auto found = std::find_if(places.begin(), places.end(),
                                    [&](const Place& place) { return is_named(place, path); });
    return found == places.end() ? nullptr : &*found;
}

Choice named(const Options& options, const Facts& facts, std::uint64_t bytes) {
    const std::string& option = options.swap;
    const Place* place = find(facts.places, option);
    if (place == nullptr)
        return refused("setup.swap", "--swap=" + option,
                       "no swap is there; make one with mkswap, or let hypnos-setup make a file");
    if (place->zram)
        return refused("setup.swap", option + ": zram",
                       "that is memory, which does not last; name a partition or a file");
    if (!place->random_key.empty())
        return refused("setup.random-key", "/etc/crypttab: " + place->random_key,
                       "no boot could read the image; give it a lasting key");
    if (place->bytes < bytes)
        return refused("setup.swap", option + ": " + in_words(place->bytes),
                       "the image may not fit; " + in_words(bytes) + " are needed, " +
                           in_words(bytes - place->bytes) + " more");
    return {of_place(*place, options.activation, "it was named"), {}};
}

bool holds_swap_files(const FileSystem& file_system) {
    constexpr std::array kTypes = {"ext4", "xfs", "btrfs"};
    return std::find(kTypes.begin(), kTypes.end(), file_system.type) != kTypes.end();
}

/// What is free once a file is made anew, and must stay so.
std::uint64_t missing_space(const Facts& facts, std::uint64_t bytes) {
    const FileSystem& place = facts.file_system;
    const std::uint64_t needed = bytes + place.size / 10;
    return needed > place.free ? needed - place.free : 0;
}

std::optional<Finding> reason_against_file(const Options& options, const Facts& facts,
                                           std::uint64_t bytes, bool foreign) {
    const FileSystem& place = facts.file_system;
    if (!holds_swap_files(place) || place.uuid.empty())
        return refusal_for("setup.file-system", place.point + ": " + place.type,
                           "only ext4, xfs and btrfs hold a swap file that the next boot finds; "
                           "choose another --file, or a partition with --swap");
    if (place.devices > 1)
        return refusal_for("setup.file-system",
                           place.point + ": btrfs on " + std::to_string(place.devices) + " devices",
                           "btrfs takes no swap file there; use a partition with --swap");
    if (facts.own_path_taken || foreign)
        return refusal_for("setup.swap", options.file + ": not made by hypnos-setup",
                           "something else has that name; move it away, or choose another --file");
    if (const std::uint64_t missing = missing_space(facts, bytes); missing != 0)
        return refusal_for("setup.space", place.point + ": free " + in_words(place.free),
                           "a swap file of " + in_words(bytes) +
                               ", and a tenth of the file system " + "that stays free, need " +
                               in_words(missing) + " more");
    return std::nullopt;
}

Target of_own(const Place& own, const Options& options) {
    Target target = of_place(own, options.activation, "hypnos-setup made it");
    target.swap.activation = options.activation;
    target.swap.made = true;
    return target;
}

Target to_make(const Options& options, const Facts& facts, std::uint64_t bytes,
               const std::optional<SwapRecord>& last) {
    const bool begun = last && last->made && last->path == options.file;
    return {.swap = {.path = options.file,
                     .kind = "file",
                     .uuid = begun ? last->uuid : sleep::new_uuid(),
                     .bytes = bytes,
                     .activation = options.activation,
                     .made = true,
                     .resume = "UUID=" + facts.file_system.uuid},
            .must_be_made = true,
            .why = "no swap that lasts is as large as " + in_words(bytes)};
}

bool is_ours(const Place& own, const std::optional<SwapRecord>& last) {
    return last && last->made && last->path == own.path && last->uuid == own.uuid;
}

/// For one that was chosen before: what memory holds now changes all the time, and its size a little
/// with each kernel.
bool is_still_enough(std::uint64_t bytes, const Options& options, const Memory& memory) {
    return bytes + memory.total / 64 >= size_to_accept(options.size, {memory.total, 0});
}

Choice file(const Options& options, const Facts& facts, const std::optional<SwapRecord>& last) {
    const std::uint64_t bytes = size_to_make(options.size, facts.memory);
    const bool ours = facts.own && is_ours(*facts.own, last);
    if (ours && facts.own->offset && is_still_enough(facts.own->bytes, options, facts.memory))
        return {of_own(*facts.own, options), {}};
    if (auto reason = reason_against_file(options, facts, bytes, facts.own && !ours))
        return {std::nullopt, {*std::move(reason)}};
    return {to_make(options, facts, bytes, last), {}};
}

}  // namespace

Finding refusal_for(std::string code, std::string subject, std::string hint) {
    return {std::move(code), Severity::Block, std::move(subject), std::move(hint)};
}

Choice choose_target(const Options& options, const Facts& facts,
                     const std::optional<SwapRecord>& last) {
    const std::uint64_t bytes = size_to_accept(options.size, facts.memory);
    if (size_to_make(options.size, facts.memory) == 0)
        return refused("setup.memory", "memory: " + in_words(facts.memory.total),
                       "--size=fedora ends at 256 GiB; give a size");
    if (options.swap == "file") return file(options, facts, last);
    if (options.swap != "auto") return named(options, facts, bytes);
    if (last && last->made) return file(options, facts, last);
    if (last)
        if (const Place* kept = find(facts.places, last->path);
            kept && will_do(*kept, 0) && is_still_enough(kept->bytes, options, facts.memory))
            return {of_place(*kept, options.activation, "it was chosen before"), {}};
    if (const Place* place = best(facts.places, bytes))
        return {of_place(*place, options.activation,
                         "it is there, lasts, and is large enough: " + in_words(place->bytes)),
                {}};
    return file(options, facts, last);
}

}  // namespace hypnos::setup
