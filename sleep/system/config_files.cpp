// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/config_files.hpp"

#include <array>
#include <map>
#include <optional>
#include <vector>

namespace hypnos::sleep {
namespace {

using Take = std::function<Result<void>(const glib::KeyGroup&)>;

/// The later one's keys win.
constexpr std::array kPlaces = {"/usr/lib/hypnos/", "/etc/hypnos/"};

Result<void> read_text(const std::string& text, const Take& take) {
    const Result<std::vector<glib::KeyGroup>> groups = glib::parse_key_file(text);
    if (!groups) return fail(groups.error());
    for (const glib::KeyGroup& group : *groups) {
        if (Result<void> taken = take(group); !taken) return taken;
    }
    return {};
}

Result<void> read_file(const Root& root, const std::string& file, const Take& take) {
    const std::optional<std::string> text = root.read(file);
    if (!text) return fail("cannot read " + root.path(file) + ": is it a file?");
    if (text->empty()) return {};
    if (Result<void> done = read_text(*text, take); !done)
        return fail(done.error().code, root.path(file) + ": " + done.error().message);
    return {};
}

/// Each name once, from the later place.
std::map<std::string, std::string> find_drop_ins(const Root& root, const std::string& name) {
    std::map<std::string, std::string> found;
    for (const char* place : kPlaces) {
        const std::string directory = place + name + ".d/";
        for (const std::string& file : root.list(directory)) {
            if (file.ends_with(".conf")) found[file] = directory + file;
        }
    }
    return found;
}

/// In the order of reading.
std::vector<std::string> find_files(const Root& root, const std::string& name) {
    const std::map<std::string, std::string> drop_ins = find_drop_ins(root, name);
    std::vector<std::string> files;
    for (const char* place : kPlaces) {
        const std::string file = place + name;
        if (root.has(file)) files.push_back(file);
        for (const auto& [file_name, path] : drop_ins) {
            if (path.starts_with(file + ".d/")) files.push_back(path);
        }
    }
    return files;
}

}  // namespace

Result<void> read_config_files(const Root& root, const std::string& name, const Take& take) {
    for (const std::string& file : find_files(root, name)) {
        if (Result<void> done = read_file(root, file, take); !done) return done;
    }
    return {};
}

}  // namespace hypnos::sleep
