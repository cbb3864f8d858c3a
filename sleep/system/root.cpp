// SPDX-FileCopyrightText: The hypnos authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include "sleep/system/root.hpp"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "glib/unique_fd.hpp"

namespace hypnos::sleep {
namespace {

void sync_directory_of(const std::string& file) {
    const UniqueFd directory(
        open(file.substr(0, file.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) fsync(directory.get());
}

}  // namespace

std::optional<std::string> Root::read(const std::string& absolute) const {
    std::optional<std::string> text = contents(absolute);
    if (text && !text->empty() && text->back() == '\n') text->pop_back();
    return text;
}

std::optional<std::string> Root::contents(const std::string& absolute) const {
    const UniqueFd file(open(path(absolute).c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return std::nullopt;
    std::string text;
    std::array<char, 4096> chunk{};
    ssize_t size = 0;
    while ((size = ::read(file.get(), chunk.data(), chunk.size())) > 0)
        text.append(chunk.data(), static_cast<std::size_t>(size));
    if (size < 0) return std::nullopt;
    return text;
}

Result<std::string> Root::load(const std::string& absolute) const {
    errno = 0;
    std::optional<std::string> text = read(absolute);
    const int error = errno;
    if (!text) return fail("cannot read " + path(absolute) + ": " + g_strerror(error));
    return *std::move(text);
}

bool Root::has(const std::string& absolute) const {
    return access(path(absolute).c_str(), F_OK) == 0;
}

int Root::write(const std::string& absolute, const std::string& text) const {
    const UniqueFd file(open(path(absolute).c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    if (!file) return errno;
    return ::write(file.get(), text.data(), text.size()) < 0 ? errno : 0;
}

std::vector<std::string> Root::list(const std::string& absolute) const {
    std::vector<std::string> names;
    GDir* directory = g_dir_open(path(absolute).c_str(), 0, nullptr);
    if (directory == nullptr) return names;
    while (const char* name = g_dir_read_name(directory)) names.emplace_back(name);
    g_dir_close(directory);
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> Root::replace(const std::string& absolute, const std::string& text) const {
    return replace(absolute, text, G_FILE_SET_CONTENTS_CONSISTENT, 0644);
}

Result<void> Root::replace_durably(const std::string& absolute, const std::string& text,
                                   int mode) const {
    Result<void> replaced =
        replace(absolute, text, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode);
    if (replaced) sync_directory_of(path(absolute));
    return replaced;
}

void Root::remove(const std::string& absolute) const {
    if (unlink(path(absolute).c_str()) == 0)
        sync_directory_of(path(absolute));
    else if (errno != ENOENT)
        g_warning("cannot remove %s: %s", path(absolute).c_str(), g_strerror(errno));
}

Result<void> Root::replace(const std::string& absolute, const std::string& text, int flags,
                           int mode) const {
    const std::string file = path(absolute);
    g_mkdir_with_parents(file.substr(0, file.rfind('/')).c_str(), 0755);
    GError* error = nullptr;
    if (g_file_set_contents_full(file.c_str(), text.data(), static_cast<gssize>(text.size()),
                                 static_cast<GFileSetContentsFlags>(flags), mode, &error) == TRUE)
        return {};
    std::string message = "cannot write " + file + ": " + error->message;
    g_error_free(error);
    return fail(message);
}

}  // namespace hypnos::sleep
