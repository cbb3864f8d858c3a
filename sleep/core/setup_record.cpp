// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/core/setup_record.hpp"

#include <array>
#include <limits>
#include <string_view>

#include "hypnos/protocol/power.hpp"

namespace hypnos::sleep {
namespace {

using Swap = SetupRecord::Swap;
using Options = SetupRecord::Options;
using BootFile = SetupRecord::BootFile;
using File = SetupRecord::File;

constexpr int kVersion = 1;
constexpr std::array<std::string_view, 4> kStates = {"pending", "applying", "applied", "undoing"};

template <typename Unsigned>
std::optional<Unsigned> count(const Json& saved) {
    constexpr std::uint64_t kMost = std::numeric_limits<Unsigned>::max();
    const std::optional<std::int64_t> number = saved.integer();
    if (!number || *number < 0 || static_cast<std::uint64_t>(*number) > kMost) return std::nullopt;
    return static_cast<Unsigned>(*number);
}

bool is_one_of(const std::optional<std::string>& word, std::string_view a, std::string_view b) {
    return word == a || word == b;
}

/// An array of what `from` reads, or nothing if it is none, or one of them is not.
template <typename Item>
std::optional<std::vector<Item>> list_from(const Json& saved,
                                           std::optional<Item> (*from)(const Json&)) {
    if (!saved.is_array()) return std::nullopt;
    std::vector<Item> items;
    for (const Json& element : saved.elements()) {
        std::optional<Item> item = from(element);
        if (!item) return std::nullopt;
        items.push_back(*std::move(item));
    }
    return items;
}

template <typename Item>
Json list_json(const std::vector<Item>& items, Json (*json)(const Item&)) {
    Json list = Json::array();
    for (const Item& item : items) list.append(json(item));
    return list;
}

Json word_json(const std::string& word) { return word; }
std::optional<std::string> word_from(const Json& saved) { return saved.string(); }

Json options_json(const Options& options) {
    return Json::object({{"swap", options.swap},
                         {"file", options.file},
                         {"size", options.size},
                         {"activation", options.activation},
                         {"fill", options.fill},
                         {"boot", options.boot}});
}

std::optional<Options> options_from(const Json& saved) {
    const auto swap = saved["swap"].string();
    const auto file = saved["file"].string();
    const auto size = saved["size"].string();
    const auto activation = saved["activation"].string();
    const auto fill = saved["fill"].boolean();
    const auto boot = saved["boot"].string();
    if (!swap || !file || !size || !activation || !fill || !boot) return std::nullopt;
    return Options{*swap, *file, *size, *activation, *fill, *boot};
}

Json swap_json(const Swap& swap) {
    Json saved = Json::object({{"path", swap.path},
                               {"kind", swap.kind},
                               {"uuid", swap.uuid},
                               {"bytes", swap.bytes},
                               {"activation", swap.activation},
                               {"made", swap.made},
                               {"resume", swap.resume}});
    if (swap.offset) saved.set("offset", *swap.offset);
    return saved;
}

std::optional<Swap> swap_from(const Json& saved) {
    const auto path = saved["path"].string();
    const auto kind = saved["kind"].string();
    const auto uuid = saved["uuid"].string();
    const auto bytes = count<std::uint64_t>(saved["bytes"]);
    const auto activation = saved["activation"].string();
    const auto made = saved["made"].boolean();
    const auto resume = saved["resume"].string();
    const auto offset = count<std::uint64_t>(saved["offset"]);
    const bool complete = path && uuid && bytes && made && resume;
    if (!complete || !is_one_of(kind, "file", "device") ||
        !is_one_of(activation, "hibernate-only", "always") || (saved.has("offset") && !offset))
        return std::nullopt;
    return Swap{*path, *kind, *uuid, *bytes, *activation, *made, *resume, offset};
}

Json boot_file_json(const BootFile& file) {
    return Json::object({{"path", file.path}, {"size", file.size}, {"mtime-ns", file.mtime_ns}});
}

std::optional<BootFile> boot_file_from(const Json& saved) {
    const auto path = saved["path"].string();
    const auto size = count<std::uint64_t>(saved["size"]);
    const auto mtime = saved["mtime-ns"].integer();
    if (!path || !size || !mtime) return std::nullopt;
    return BootFile{*path, *size, *mtime};
}

Json file_json(const File& file) {
    Json saved = Json::object({{"path", file.path}, {"mode", file.mode}, {"wrote", file.wrote}});
    if (file.was) saved.set("was", *file.was);
    return saved;
}

std::optional<File> file_from(const Json& saved) {
    const auto path = saved["path"].string();
    const auto was = saved["was"].string();
    const auto mode = count<std::uint32_t>(saved["mode"]);
    const auto wrote = saved["wrote"].string();
    if (!path || !mode || !wrote || (saved.has("was") && !was)) return std::nullopt;
    return File{*path, was, *mode, *wrote};
}

}  // namespace

Json to_json(const SetupRecord& record) {
    Json saved = Json::object({{"version", kVersion},
                               {"state", kStates.at(static_cast<std::size_t>(record.state))},
                               {"options", options_json(record.options)},
                               {"boot-files", list_json(record.boot_files, boot_file_json)},
                               {"files", list_json(record.files, file_json)},
                               {"directories", list_json(record.directories, word_json)},
                               {"to-run", list_json(record.to_run, word_json)}});
    if (record.swap) saved.set("swap", swap_json(*record.swap));
    return saved;
}

std::optional<SetupRecord> setup_record_from_json(const Json& saved) {
    const auto state =
        enumerator<SetupRecord::State>(kStates, saved["state"].string().value_or(""));
    const auto options = options_from(saved["options"]);
    const auto swap = swap_from(saved["swap"]);
    const auto boot_files = list_from(saved["boot-files"], boot_file_from);
    const auto files = list_from(saved["files"], file_from);
    const auto directories = list_from(saved["directories"], word_from);
    const auto to_run = list_from(saved["to-run"], word_from);
    const bool complete = state && options && boot_files && files && directories && to_run;
    if (saved["version"] != Json(kVersion) || !complete || (saved.has("swap") && !swap))
        return std::nullopt;
    return SetupRecord{*state, *options, swap, *boot_files, *files, *directories, *to_run};
}

}  // namespace hypnos::sleep
