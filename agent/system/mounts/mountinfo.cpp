// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "agent/system/mounts/mountinfo.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "sleep/core/number.hpp"

namespace hypnos::agent {
namespace {

using sleep::whole_number;

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// Blanks, newlines and backslashes in names are written as \ooo.
std::string unescape(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view digits = text.substr(i + 1, 3);
        const bool escaped = text[i] == '\\' && digits.size() == 3 &&
                             std::all_of(digits.begin(), digits.end(), is_octal);
        result += escaped ? static_cast<char>(std::stoi(std::string(digits), nullptr, 8)) : text[i];
        if (escaped) i += digits.size();
    }
    return result;
}

std::vector<std::string> words(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> result;
    for (std::string word; in >> word;) result.push_back(word);
    return result;
}

bool has_option(const std::string& options, std::string_view wanted) {
    std::istringstream in(options);
    for (std::string option; std::getline(in, option, ',');)
        if (option == wanted) return true;
    return false;
}

/// "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPER-OPTIONS"
std::optional<Mount> parse_line(const std::string& line) {
    constexpr std::size_t kId = 0, kDevice = 2, kPoint = 4, kTags = 6;
    constexpr std::ptrdiff_t kAfterDash = 4;  // the dash, type, source, options
    const std::vector<std::string> fields = words(line);
    if (fields.size() < kTags) return std::nullopt;
    const auto dash = std::find(fields.begin() + kTags, fields.end(), "-");
    const auto id = whole_number<std::uint64_t>(fields[kId]);
    const auto device = parse_device_number(fields[kDevice]);
    if (fields.end() - dash < kAfterDash || !id || !device) return std::nullopt;
    return Mount{*id,     *device,           unescape(fields[kPoint]),
                 dash[1], unescape(dash[2]), has_option(dash[3], "ro")};
}

bool contains(const std::string& directory, std::string_view path) {
    if (directory == "/") return true;
    return path.substr(0, directory.size()) == directory &&
           (path.size() == directory.size() || path[directory.size()] == '/');
}

/// A depth-first walk upwards: whatever lies on a file system comes before it.
class Sorter {
  public:
    Sorter(const std::vector<FileSystem>& all, const LiesOn& lies_on) : all_(all) {
        for (const FileSystem& upper : all)
            for (const DeviceNumber lower : lies_on(upper)) above_[lower].push_back(&upper);
    }

    std::vector<FileSystem> sorted() {
        for (auto last = all_.rbegin(); last != all_.rend(); ++last) visit(*last);
        return std::move(order_);
    }

  private:
    void visit(const FileSystem& one) {
        if (!seen_.insert(one.superblock).second) return;
        const std::vector<const FileSystem*>& above = above_[one.superblock];
        std::for_each(above.rbegin(), above.rend(),
                      [this](const FileSystem* upper) { visit(*upper); });
        order_.push_back(one);
    }

    const std::vector<FileSystem>& all_;
    std::map<DeviceNumber, std::vector<const FileSystem*>> above_;
    std::set<DeviceNumber> seen_;
    std::vector<FileSystem> order_;
};

}  // namespace

std::optional<DeviceNumber> parse_device_number(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto major = whole_number<unsigned>(text.substr(0, colon));
    const auto minor = whole_number<unsigned>(text.substr(colon + 1));
    if (!major || !minor) return std::nullopt;
    return DeviceNumber{*major, *minor};
}

std::string to_string(DeviceNumber number) {
    return std::to_string(number.major) + ":" + std::to_string(number.minor);
}

std::vector<Mount> parse_mountinfo(std::string_view text) {
    std::vector<Mount> mounts;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);)
        if (std::optional<Mount> mount = parse_line(line)) mounts.push_back(std::move(*mount));
    return mounts;
}

std::vector<FileSystem> group_by_superblock(const std::vector<Mount>& mounts,
                                            const FindDevice& find_device) {
    std::vector<FileSystem> result;
    for (const Mount& mount : mounts) {
        const auto known = std::find_if(result.begin(), result.end(), [&](const FileSystem& one) {
            return one.superblock == mount.superblock;
        });
        if (known != result.end()) {
            known->mounts.push_back(mount);
            continue;
        }
        const auto device = mount.superblock.major != 0 ? std::optional(mount.superblock)
                                                        : find_device(mount.source);
        if (device) result.push_back({mount.superblock, *device, {mount}});
    }
    return result;
}

const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path) {
    const Mount* best = nullptr;
    for (const Mount& mount : mounts)
        if (contains(mount.point, path) &&
            (best == nullptr || mount.point.size() >= best->point.size()))
            best = &mount;
    return best;
}

std::vector<FileSystem> freeze_order(const std::vector<FileSystem>& file_systems,
                                     const LiesOn& lies_on) {
    return Sorter(file_systems, lies_on).sorted();
}

}  // namespace hypnos::agent
